//! A run that goes on beside its keeper.

use std::{collections::BTreeSet, sync::Arc};

use consilium_mailbox::{PartyId, RunId};
use consilium_plan::{Plan, Task};
use tokio::{
    sync::{Mutex, oneshot},
    task::AbortHandle,
};

use super::{
    Call, Own, align, begin::begin, dictionary, failure::RunError, run, scarcity, statistics,
    vertical,
};
use crate::home::Home;

/// A run that goes on; dropping it ends it, soon: the turn is free once nothing of it is left.
pub(super) struct Running {
    pub(super) run: RunId,
    confirmed: Option<oneshot::Receiver<BTreeSet<PartyId>>>,
    contributors: Vec<PartyId>,
    outcome: oneshot::Receiver<Result<(), RunError>>,
    _task: Held,
}

/// A task that ends when this is dropped.
pub(super) struct Held(pub(super) AbortHandle);

/// What becomes of a run.
pub(super) enum Progress {
    /// The contributors have confirmed these waivers.
    Confirmed {
        by: Vec<PartyId>,
        waivers: BTreeSet<PartyId>,
    },
    /// It is over; nothing if it ended without a word.
    Ended(Option<Result<(), RunError>>),
}

impl Running {
    /// Begins a run once it has the turn: checks all that it needs, and takes part.
    ///
    /// From now on, and not only then, what the others send waits for it: they begin at once, and
    /// whoever was before it, or reading, may take long.
    pub(super) fn begin(
        home: &Home,
        plan: Arc<Plan>,
        own: Own,
        call: Call,
        turn: Arc<Mutex<()>>,
    ) -> Running {
        let (run, contributors) = (call.run, call.contributors.clone());
        let ways = home
            .link
            .transport(run, &run::others(&plan, &call, &home.party));
        let (confirmed, is_confirmed) = oneshot::channel();
        let (ended, outcome) = oneshot::channel();
        let at = home.clone();
        let task = home.tasks.spawn(async move {
            let _turn = turn.lock_owned().await;
            let part = async {
                let ways = ways?;
                match plan.clone().task() {
                    Task::Train(task) => {
                        let run = begin(&at, plan, own, call).await?;
                        run.take_part(&at, task, ways, confirmed).await
                    }
                    Task::Align(task) => {
                        align::take_part(&at, (&plan, task), &own, (call, ways)).await
                    }
                    Task::Statistics(task) => {
                        statistics::take_part(&at, (&plan, task), &own, (call, ways)).await
                    }
                    Task::Dictionary(task) => {
                        dictionary::take_part(&at, (&plan, task), &own, (call, ways)).await
                    }
                    Task::Scarcity(task) => {
                        scarcity::take_part(&at, (&plan, task), &own, (call, ways)).await
                    }
                    Task::Vertical(task) => {
                        vertical::take_part(&at, (&plan, task), &own, (call, ways)).await
                    }
                }
            };
            // Whoever no longer listens has given the run up.
            ended.send(part.await).ok();
        });
        Running {
            run,
            confirmed: Some(is_confirmed),
            contributors,
            outcome,
            _task: Held(task),
        }
    }

    /// Awaits what becomes of the run next.
    pub(super) async fn next(&mut self) -> Progress {
        if let Some(confirmed) = &mut self.confirmed {
            let confirmed = tokio::select! {
                confirmed = confirmed => confirmed,
                outcome = &mut self.outcome => return Progress::Ended(outcome.ok()),
            };
            self.confirmed = None;
            if let Ok(waivers) = confirmed {
                let by = self.contributors.clone();
                return Progress::Confirmed { by, waivers };
            }
        }
        Progress::Ended((&mut self.outcome).await.ok())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests;
