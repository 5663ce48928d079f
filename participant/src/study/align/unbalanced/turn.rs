//! Whose turn it is at the holder of a large set: it holds it for one study at a time.

use std::time::Duration;

use consilium_mailbox::{Mailbox, MailboxError, PartyId, Patience};
use consilium_plan::{Align, Compared, Matching, Plan};
use consilium_psi::PsiError;
use tokio::{
    sync::{Mutex, MutexGuard, oneshot},
    time::timeout,
    try_join,
};
use tracing::info;

use super::TableProgress;
use crate::{
    home::Home,
    study::{align::others, failure::RunError, under_way::GoesOn},
};

/// How often a holder that waits for its turn says that it is there.
const PAUSE: Duration = Duration::from_secs(1);

/// How long an asker has the turn at most, once the table is made. What it has fetched by then it
/// has for the next time.
const LONGEST: Duration = Duration::from_hours(1);

/// Waits for the turn of a study in which this institution is the holder; there is none in others.
pub(in crate::study::align) async fn of_holder<'a>(
    home: &'a Home,
    (plan, task): (&Plan, &Align),
    goes_on: &GoesOn,
    mail: &Mailbox,
) -> Result<Option<MutexGuard<'a, ()>>, MailboxError> {
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
) -> Result<MutexGuard<'a, ()>, MailboxError> {
    if let Ok(turn) = turns.try_lock() {
        return Ok(turn);
    }
    info!(run = %mail.run(), "the run waits for its turn: the set is held for another study");
    goes_on.waits(true);
    let (had, mut is_had) = oneshot::channel::<()>();
    let waiting = async {
        let turn = turns.lock().await;
        drop(had);
        Ok(turn)
    };
    // The turn may come while this is told: a message is never left half sent.
    let telling = async {
        loop {
            mail.send(asker, &TableProgress::Waits).await?;
            mail.send(coordinator, &Compared::Chunks(0)).await?;
            if timeout(PAUSE, &mut is_had).await.is_ok() {
                return Ok::<_, MailboxError>(());
            }
        }
    };
    let (turn, ()) = try_join!(waiting, telling)?;
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

/// Ends what an asker makes last longer than a turn.
pub(super) async fn within<T>(
    asker: &PartyId,
    answering: impl Future<Output = Result<T, PsiError>>,
) -> Result<T, RunError> {
    match timeout(LONGEST, answering).await {
        Ok(answered) => Ok(answered?),
        Err(_) => Err(RunError::TurnOver {
            asker: asker.clone(),
            length: LONGEST,
        }),
    }
}

#[cfg(test)]
mod tests;
