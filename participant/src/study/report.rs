//! The report before a run, from all that is here.

use std::{fs, sync::Arc};

use consilium_base::Seed;
use consilium_journal::{Entry, Kind};
use consilium_plan::{DataReport, Failure, Found, Grant, Name, PartyReport, Plan};
use consilium_proto::v1::{self, to_coordinator::Kind as Said};

use super::{
    Own,
    failure::{RunError, internal},
    permit,
    preflight::{self, Inspection},
};
use crate::{
    data::{RegisterError, Source},
    home::{Home, study_name},
    wire,
};

/// Tells the coordinator what there is for a study here.
pub(super) async fn report(home: Home, plan: Arc<Plan>, own: Own, now_ms: i64) {
    let clock_ahead = -(home.compare_clocks(now_ms) / 1_000);
    let found = match found(&home, &plan, &own).await {
        Ok(found) => Ok(found),
        Err(RunError::Refused(why)) => Err(why),
        Err(error) => {
            tracing::error!(%error, "the report before a run can't be made");
            return;
        }
    };
    let report = PartyReport {
        plan: plan.hash(),
        clock_ahead,
        found,
    };
    home.tell(Said::Preflight(v1::PreflightReport {
        study: plan.hash().as_bytes().to_vec().into(),
        report: wire::json(&report),
    }));
}

/// Looks at what there is, once a steward has allowed it.
///
/// # Security
///
/// Whoever writes plans can ask about single rows by them: without an approval nothing is read, and
/// of another version than the approved one nothing is told.
async fn found(home: &Home, plan: &Arc<Plan>, own: &Own) -> Result<Found, RunError> {
    let (name, grant) = permit::allowed(home, plan, own).await?;
    let source = match home.source(&name).await {
        Ok(source) => source,
        Err(RegisterError::Store(error)) => return Err(error.into()),
        Err(error) => {
            tracing::warn!(data = %name, %error, "the data set can't be used");
            None
        }
    };
    let size = source.as_ref().map(|source| fs::metadata(&source.path));
    let size = size.and_then(|file| Some(file.ok()?.len()));
    let secret = permit::secret(home, plan).await?;
    let data = inspected(home, plan, (&name, grant), (source, secret)).await;
    let mut change = home.store.begin().await?;
    let entry = Entry::new(home.ambient.now(), Kind::PREFLIGHT)
        .about(&study_name(&plan.hash()))
        .with("data", &name);
    change.log(&entry).await?;
    change.commit().await?;
    let contributors = plan.contributors().count();
    let unverified = home.unverified(plan).await?.len();
    Ok(Found {
        data: data?,
        verified: u32::try_from(contributors - unverified).unwrap_or(u32::MAX),
        disk: preflight::disk(&home.state, plan.limits(), plan.task()),
        memory: preflight::memory(plan.limits(), plan.task(), size),
    })
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

#[cfg(test)]
mod tests;
