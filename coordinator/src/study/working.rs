//! What a driver is at while its study's state stays the same.

use std::collections::{BTreeMap, BTreeSet};

use consilium_mailbox::{PartyId, RunId, Wait};
use consilium_node::link::Epoch;
use consilium_plan::{PartyReport, Patience};
use consilium_proto::v1::RunStart;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{
    Command, Spent,
    attempt::{AttemptError, Report},
};

/// What a driver is at. None of it is kept: a driver that is started again begins it anew.
pub(super) enum Working {
    /// Nothing: it waits for people, or for parties that are away.
    Not,
    /// It waits for contributors whose daemons it does not reach, without giving them up yet.
    Gathering { since: Instant, patience: Instant },
    /// It waits a little before it tries again. Why a party has left the run before may be heard
    /// after the run's end.
    Resting {
        until: Instant,
        after: Option<RunId>,
    },
    /// It asks all contributors what they have: those who are away once they are back.
    Asking {
        reports: BTreeMap<PartyId, PartyReport>,
        /// In which life each party that came late, or again, was last given the whole time to answer.
        renewed: BTreeMap<PartyId, Epoch>,
        since: Instant,
        patience: Instant,
    },
    /// A run is going on.
    Running(Running),
    /// All is done but for the contributors' last words.
    Settling {
        run: RunId,
        awaited: BTreeMap<PartyId, Option<Epoch>>,
        since: Instant,
        patience: Instant,
    },
}

/// A run that is going on; dropping it ends it.
pub(super) struct Running {
    pub(super) run: RunId,
    /// What each contributor is called by.
    pub(super) call: Box<RunStart>,
    pub(super) contributors: Vec<PartyId>,
    /// In which life of each contributor's daemon it began.
    pub(super) lives: BTreeMap<PartyId, Option<Epoch>>,
    /// Those whose part is done.
    pub(super) done: BTreeSet<PartyId>,
    /// Whether it has brought the study forward.
    pub(super) was_fruitful: bool,
    pub(super) reports: mpsc::Receiver<Report>,
    /// Whom it has awaited for long.
    pub(super) overdue: watch::Receiver<Vec<Wait>>,
    pub(super) task: JoinSet<(Spent, Result<(), AttemptError>)>,
}

/// What a driver hears next.
pub(super) enum Heard {
    Command(Command),
    /// Nobody will command it any more.
    Orphaned,
    Report(Report),
    Ended(Spent, Result<(), AttemptError>),
    /// A run waits for others than before.
    Overdue,
    /// What it waited for did not come in time.
    Late,
    /// The study's own time has come.
    Tick,
}

impl Working {
    /// Waits for what comes next; `tick` is when the study's state asks to be looked at.
    pub(super) async fn next(
        &mut self,
        commands: &mut mpsc::Receiver<Command>,
        tick: Option<Instant>,
    ) -> Heard {
        let patience = self.patience();
        tokio::select! {
            command = commands.recv() => command.map_or(Heard::Orphaned, Heard::Command),
            heard = self.hear() => heard,
            () = at(patience) => Heard::Late,
            () = at(tick) => Heard::Tick,
        }
    }

    /// Gives those who are asked what they have as long to answer as at the beginning, unless the plan's
    /// outage is over since then; says whether it does.
    pub(super) fn wait_anew(&mut self, limits: &Patience) -> bool {
        let Working::Asking {
            since, patience, ..
        } = self
        else {
            return false;
        };
        let now = Instant::now();
        let goes_on = now < *since + limits.outage;
        if goes_on {
            *patience = now + limits.answer;
        }
        goes_on
    }

    /// Gives whoever comes late as long to answer as the others had: once in each life of its daemon,
    /// however often it asks what there is.
    pub(super) fn renew(&mut self, (party, life): (&PartyId, Option<Epoch>), limits: &Patience) {
        if let (Working::Asking { renewed, .. }, Some(life)) = (&mut *self, life)
            && renewed.insert(party.clone(), life) != Some(life)
        {
            self.wait_anew(limits);
        }
    }

    fn patience(&self) -> Option<Instant> {
        match self {
            Working::Not | Working::Running(_) => None,
            Working::Gathering { patience, .. }
            | Working::Asking { patience, .. }
            | Working::Settling { patience, .. } => Some(*patience),
            Working::Resting { until, .. } => Some(*until),
        }
    }

    async fn hear(&mut self) -> Heard {
        let Working::Running(running) = self else {
            return std::future::pending().await;
        };
        // What a run achieved is kept before its end is looked at.
        tokio::select! {
            report = running.reports.recv() => if let Some(report) = report {
                return Heard::Report(report);
            },
            Ok(()) = running.overdue.changed() => return Heard::Overdue,
        }
        match running.task.join_next().await {
            Some(Ok((account, outcome))) => Heard::Ended(account, outcome),
            _ => Heard::Ended(Spent::default(), Err(AttemptError::Unkept)),
        }
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, advance};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_late_has_as_long_to_answer_as_others_until_the_outage_is_over() {
        let [answer, outage, study] = [10, 60, 600].map(Duration::from_secs);
        let limits = Patience {
            answer,
            outage,
            study,
        };
        let began = Instant::now();
        let mut working = Working::Asking {
            reports: BTreeMap::new(),
            renewed: BTreeMap::new(),
            since: began,
            patience: began + answer,
        };
        for (after, until) in [(9, 19), (59, 69), (60, 69), (68, 69)] {
            advance(began + Duration::from_secs(after) - Instant::now()).await;
            assert_eq!(working.wait_anew(&limits), after < 60);
            let patience = working.patience().unwrap();
            assert_eq!(patience - began, Duration::from_secs(until));
        }
        assert!(!Working::Not.wait_anew(&limits));
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_again_and_again_is_waited_for_once_in_each_life() {
        let [answer, outage, study] = [10, 60, 600].map(Duration::from_secs);
        let limits = Patience {
            answer,
            outage,
            study,
        };
        let (began, party) = (Instant::now(), "a".parse().unwrap());
        let mut working = Working::Asking {
            reports: BTreeMap::new(),
            renewed: BTreeMap::new(),
            since: began,
            patience: began + answer,
        };
        let lives = [Some(Epoch([1; 16])), Some(Epoch([2; 16])), None];
        for (after, life, until) in [(1, 2, 10), (3, 0, 13), (5, 0, 13), (7, 1, 17), (9, 1, 17)] {
            advance(began + Duration::from_secs(after) - Instant::now()).await;
            working.renew((&party, lives[life]), &limits);
            let patience = working.patience().unwrap();
            assert_eq!(patience - began, Duration::from_secs(until), "{after}");
        }
    }
}
