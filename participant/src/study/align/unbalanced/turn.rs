//! Whose turn it is at the holder of a large set: it holds it for one study at a time.

use std::{
    pin::pin,
    sync::{Mutex as Lock, PoisonError},
    time::Duration,
};

use consilium_mailbox::{Mailbox, MailboxError, PartyId, Patience};
use consilium_plan::{Align, Compared, Matching, Plan};
use futures_util::future::{Either, select};
use tokio::{
    sync::{Mutex, MutexGuard, oneshot},
    time::{Instant, timeout},
};
use tracing::info;

use super::TableProgress;
use crate::{
    home::Home,
    study::{align::others, failure::RunError, under_way::GoesOn},
};

/// How often a holder that waits for its turn says that it is there.
const PAUSE: Duration = Duration::from_secs(1);

/// How long an asker that has the turn is awaited in all; the holder's own work doesn't count. What
/// the asker has fetched by then it has for the next time.
const LONGEST: Duration = Duration::from_hours(1);

/// The turn of a study in which this institution is the holder.
pub(in crate::study::align) struct Turn<'a> {
    asker: PartyId,
    /// How long others may still wait for the asker.
    left: Lock<Duration>,
    _held: MutexGuard<'a, ()>,
}

/// Waits for the turn of a study in which this institution is the holder; there is none in others.
pub(in crate::study::align) async fn of_holder<'a>(
    home: &'a Home,
    (plan, task): (&Plan, &Align),
    goes_on: &GoesOn,
    mail: &Mailbox,
) -> Result<Option<Turn<'a>>, RunError> {
    let is_holder =
        matches!(&task.matching, Matching::Unbalanced { holder, .. } if *holder == home.party);
    match &others(plan, &home.party)[..] {
        [asker] if is_holder => {
            let mail = mail.with_patience(patience(plan));
            let hearers = [asker, plan.coordinator()];
            wait(&home.holding, goes_on, &mail, hearers).await.map(Some)
        }
        _ => Ok(None),
    }
}

/// Waits for a turn, and tells the asker and the coordinator that this is what goes on.
async fn wait<'a>(
    turns: &'a Mutex<()>,
    goes_on: &GoesOn,
    mail: &Mailbox,
    [asker, coordinator]: [&PartyId; 2],
) -> Result<Turn<'a>, RunError> {
    if let Ok(held) = turns.try_lock() {
        return Ok(Turn::new(asker, held));
    }
    info!(run = %mail.run(), "the run waits for its turn: the set is held for another study");
    goes_on.waits(true);
    let (had, mut is_had) = oneshot::channel::<()>();
    let waiting = pin!(async {
        let turn = Turn::new(asker, turns.lock().await);
        drop(had);
        turn
    });
    let telling = pin!(async {
        loop {
            mail.send(asker, &TableProgress::Waits).await?;
            mail.send(coordinator, &Compared::Chunks(0)).await?;
            if timeout(PAUSE, &mut is_had).await.is_ok() {
                return Ok::<_, MailboxError>(());
            }
        }
    });
    let turn = match select(waiting, telling).await {
        // The turn may come while this is told: a message is never left half sent.
        Either::Left((turn, telling)) => turn.within(telling).await.map(|()| turn)?,
        Either::Right((told, waiting)) => {
            told?;
            waiting.await
        }
    };
    goes_on.waits(false);
    Ok(turn)
}

/// How patient a holder is with an asker that has the turn: all others wait meanwhile.
pub(super) fn patience(plan: &Plan) -> Patience {
    Patience {
        outage: plan.patience().answer,
        ..plan.mail_patience()
    }
}

impl Turn<'_> {
    fn new<'a>(asker: &PartyId, held: MutexGuard<'a, ()>) -> Turn<'a> {
        Turn {
            asker: asker.clone(),
            left: Lock::new(LONGEST),
            _held: held,
        }
    }

    /// Ends what the asker makes last longer than a turn; all that is awaited of it counts together.
    pub(super) async fn within<T, E>(
        &self,
        awaited: impl Future<Output = Result<T, E>>,
    ) -> Result<T, RunError>
    where
        RunError: From<E>,
    {
        let left = *self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let began = Instant::now();
        let Ok(answered) = timeout(left, awaited).await else {
            return Err(RunError::TurnOver {
                asker: self.asker.clone(),
                length: LONGEST,
            });
        };
        let left = left.saturating_sub(began.elapsed());
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = left;
        Ok(answered?)
    }
}

#[cfg(test)]
mod tests;
