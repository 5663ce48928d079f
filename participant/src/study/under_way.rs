//! Which runs this institution takes part in now, for its own people to see.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use consilium_journal::StudyName;
use consilium_mailbox::RunId;
use consilium_plan::UnixTime;

/// The runs that go on. Cloning is cheap.
#[derive(Clone, Default)]
pub(crate) struct UnderWay(Arc<Mutex<BTreeMap<RunId, RunState>>>);

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunState {
    study: StudyName,
    /// When it began.
    pub(crate) since: UnixTime,
    /// Whether it waits for its turn at the holder of a large set.
    pub(crate) waits: bool,
}

/// A run that goes on until this is dropped.
pub(crate) struct GoesOn {
    all: UnderWay,
    run: RunId,
}

impl UnderWay {
    /// Notes that a run of a study begins.
    pub(crate) fn begin(&self, run: RunId, study: StudyName, now: UnixTime) -> GoesOn {
        let state = RunState {
            study,
            since: now,
            waits: false,
        };
        self.all().insert(run, state);
        let all = self.clone();
        GoesOn { all, run }
    }

    /// Gives where the study's run stands, if one goes on.
    pub(crate) fn of(&self, study: &StudyName) -> Option<RunState> {
        let all = self.all();
        all.values().find(|state| state.study == *study).cloned()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<RunId, RunState>> {
        // The map changes in single steps that don't panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GoesOn {
    /// Notes whether the run waits for its turn.
    pub(super) fn waits(&self, waits: bool) {
        if let Some(state) = self.all.all().get_mut(&self.run) {
            state.waits = waits;
        }
    }
}

impl Drop for GoesOn {
    fn drop(&mut self) {
        self.all.all().remove(&self.run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_under_way_until_it_is_dropped() {
        let (ours, other) = ("01".repeat(32), "02".repeat(32));
        let (ours, other): (StudyName, StudyName) = (ours.parse().unwrap(), other.parse().unwrap());
        let all = UnderWay::default();
        let first = all.begin(RunId([1; 16]), ours.clone(), UnixTime(7));
        drop(first);
        assert_eq!(all.of(&ours), None);
        let second = all.begin(RunId([2; 16]), ours.clone(), UnixTime(9));
        assert_eq!(all.of(&other), None);
        for waits in [false, true, false] {
            second.waits(waits);
            let state = all.of(&ours).unwrap();
            assert_eq!((state.since, state.waits), (UnixTime(9), waits));
        }
        drop(second);
        assert_eq!(all.of(&ours), None);
    }
}
