//! What there is for a run: looked at before a steward signs, and before the run.

use std::sync::Arc;

use consilium_base::Seed;
use consilium_journal::{Entry, Kind};
use consilium_plan::{DataReport, Failure, Found, Grant, Name, Plan, Room, Task};
use consilium_store::StoreError;

use super::{
    failure::internal,
    preflight::{Inspected, Inspection},
    room, scarcity,
    seen::Subject,
    statistics,
    vertical::{self, Basis},
};
use crate::{
    cohorts,
    data::{RegisterError, Source},
    home::{Home, study_name},
    noised, valued,
};

/// Who is told what is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asker {
    Coordinator,
    Stewards,
}

/// What there is for a run.
pub(super) struct Look {
    data: Inspected,
    verified: u32,
    disk: Room,
    memory: Room,
}

impl Look {
    /// Looks around, and reads the whole data set, which the journal has before: its rows, or its
    /// version alone where the same keys have been gone through before.
    pub(super) async fn at(
        home: &Home,
        plan: &Arc<Plan>,
        (name, grant): (&Name, Grant),
        secret: Seed,
        asker: Asker,
    ) -> Result<Look, StoreError> {
        let source = match home.source(name).await {
            Ok(source) => source,
            Err(RegisterError::Store(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(data = %name, %error, "the data set can't be used");
                None
            }
        };
        let size = source.as_ref().and_then(Source::size);
        let data = match source {
            Some(source) => inspected(home, plan, (name, grant), (source, secret), asker).await?,
            None => Inspected::open(DataReport::Absent { only_split: false }),
        };
        let contributors = plan.contributors().count();
        let unverified = home.unverified(plan).await?.len();
        Ok(Look {
            data,
            verified: u32::try_from(contributors - unverified).unwrap_or(u32::MAX),
            disk: room::disk(&home.state, plan, &home.party),
            memory: room::memory(plan, &home.party, size),
        })
    }

    /// Gives what the coordinator is told.
    ///
    /// # Errors
    ///
    /// If the data set can't be read, or is another version than the allowed one: then nothing else
    /// is told.
    pub(super) fn for_coordinator(self) -> Result<Found, Failure> {
        Ok(Found {
            data: self.data.elsewhere?,
            verified: self.verified,
            disk: self.disk,
            memory: self.memory,
        })
    }

    /// Gives all of it, for the institution's own people.
    pub(super) fn for_stewards(self) -> Found {
        Found {
            data: self.data.here,
            verified: self.verified,
            disk: self.disk,
            memory: self.memory,
        }
    }
}

async fn inspected(
    home: &Home,
    plan: &Arc<Plan>,
    (data, grant): (&Name, Grant),
    (source, secret): (Source, Seed),
    asker: Asker,
) -> Result<Inspected, StoreError> {
    let interrupted = || {
        let why = internal(&home.party, "preflight");
        Inspected {
            here: DataReport::Unreadable(why.clone()),
            elsewhere: Err(why),
        }
    };
    // Whoever gives up while it waits has read nothing.
    let Ok(turn) = home.turn().await else {
        return Ok(interrupted());
    };
    note(home, plan, data, asker).await?;
    let basis = match plan.task() {
        Task::Vertical(task) => Some(Basis::of(home, task, (data, &grant.data)).await?),
        _ => None,
    };
    let earlier = match plan.task() {
        Task::Statistics(_) => cohorts::earlier(&home.store).await?,
        _ => Vec::new(),
    };
    let spent = noised::spent(home, plan, (data, &grant)).await?;
    let valued = valued::earlier(home, plan, (data, &grant.data)).await?;
    // A reader holds on to nothing that the daemon needs when it stops.
    let (me, key, plan) = (home.party.clone(), home.data_key.clone(), plan.clone());
    let (name, now, seen) = (data.clone(), home.ambient.now(), home.seen.clone());
    let inspecting = turn.read(move || {
        let inspection = Inspection {
            party: &me,
            data: &name,
            grant: &grant,
            task: plan.task(),
            limits: plan.limits(),
            key: &key,
            secret: &secret,
            now,
            spent,
            valued: &valued,
        };
        // The version of the rows says nothing of what lies beside them.
        let is_whole = match &basis {
            Some(Ok(basis)) => basis.is_whole(),
            Some(Err(_)) => false,
            None => true,
        };
        let present = || source.version(&key).ok();
        let look = || match (plan.task(), &basis) {
            (Task::Vertical(task), Some(basis)) => {
                vertical::inspect(&inspection, (task, basis), &source)
            }
            (Task::Scarcity(task), _) => scarcity::inspect(&inspection, task, &source),
            (Task::Statistics(task), _) => {
                statistics::inspect(&inspection, (task, &earlier), &source)
            }
            _ => inspection.inspect(&source),
        };
        let subject = Subject::of(&inspection, plan.hash());
        Ok(match subject.filter(|_| is_whole) {
            Some(subject) => seen.or_look(subject, present, look),
            None => look(),
        })
    });
    Ok(inspecting.await.unwrap_or_else(|_| interrupted()))
}

/// Takes down that a data set is about to be read, and for whom.
async fn note(home: &Home, plan: &Plan, data: &Name, asker: Asker) -> Result<(), StoreError> {
    let asker = match asker {
        Asker::Coordinator => "coordinator",
        Asker::Stewards => "stewards",
    };
    let entry = Entry::new(home.ambient.now(), Kind::PREFLIGHT)
        .about(&study_name(&plan.hash()))
        .with("data", data)
        .with("for", asker);
    home.store.log(&entry).await
}
