//! What there is for a run: looked at before a steward signs, and before the run.

use std::{fs, sync::Arc};

use consilium_base::Seed;
use consilium_plan::{DataReport, Failure, Found, Grant, Name, Plan, Room};
use consilium_store::StoreError;

use super::{
    failure::internal,
    preflight::{self, Inspection},
};
use crate::{
    data::{RegisterError, Source},
    home::Home,
};

/// What there is for a run.
pub(super) struct Look {
    /// A failure if the data set is another version than the one that is allowed.
    data: Result<DataReport, Failure>,
    verified: u32,
    disk: Room,
    memory: Room,
}

impl Look {
    /// Looks around, and reads the whole data set.
    pub(super) async fn at(
        home: &Home,
        plan: &Arc<Plan>,
        (name, grant): (&Name, Grant),
        secret: Seed,
    ) -> Result<Look, StoreError> {
        let source = match home.source(name).await {
            Ok(source) => source,
            Err(RegisterError::Store(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(data = %name, %error, "the data set can't be used");
                None
            }
        };
        let size = source.as_ref().map(|source| fs::metadata(&source.path));
        let size = size.and_then(|file| Some(file.ok()?.len()));
        let data = inspected(home, plan, (name, grant), (source, secret)).await;
        let contributors = plan.contributors().count();
        let unverified = home.unverified(plan).await?.len();
        Ok(Look {
            data,
            verified: u32::try_from(contributors - unverified).unwrap_or(u32::MAX),
            disk: preflight::disk(&home.state, plan.limits(), plan.task()),
            memory: preflight::memory(plan.limits(), plan.task(), size),
        })
    }

    /// Gives what the coordinator is told.
    ///
    /// # Errors
    ///
    /// If the data set is another version than the allowed one: then nothing else is told.
    pub(super) fn for_coordinator(self) -> Result<Found, Failure> {
        Ok(Found {
            data: self.data?,
            verified: self.verified,
            disk: self.disk,
            memory: self.memory,
        })
    }

    /// Gives all of it, for the institution's own people.
    pub(super) fn for_stewards(self) -> Found {
        Found {
            data: self.data.unwrap_or_else(DataReport::Unreadable),
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
    (source, secret): (Option<Source>, Seed),
) -> Result<DataReport, Failure> {
    // A reader holds on to nothing that the daemon needs when it stops.
    let (me, key, plan) = (home.party.clone(), home.data_key.clone(), plan.clone());
    let (name, now) = (data.clone(), home.ambient.now());
    let inspecting = home.read_alone(move || {
        let inspection = Inspection {
            party: &me,
            data: &name,
            grant: &grant,
            task: plan.task(),
            limits: plan.limits(),
            key: &key,
            secret: &secret,
            now,
        };
        Ok(inspection.inspect(source.as_ref()))
    });
    let interrupted = |_| Err(internal(&home.party, "preflight"));
    inspecting.await.unwrap_or_else(interrupted)
}
