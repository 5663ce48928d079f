//! The report before a run, from all that is here.

use std::{sync::Arc, time::Duration};

use consilium_plan::{Found, PartyReport, Plan};
use consilium_proto::v1::{self, to_coordinator::Kind as Said};
use tokio::time::sleep;

use super::{
    Own,
    failure::RunError,
    look::{Asker, Look},
    permit,
};
use crate::{home::Home, wire};

/// How long what stands in the way of a look has to pass.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells the coordinator what there is for a study here.
pub(super) async fn report(home: Home, plan: Arc<Plan>, own: Own, now_ms: i64) {
    let clock_ahead = -(home.compare_clocks(now_ms) / 1_000);
    let found = match at_most_twice(|| found(&home, &plan, &own)).await {
        Ok(found) => Ok(found),
        Err(RunError::Refused(why)) => Err(why),
        // Who says nothing is taken for silent.
        Err(error) => {
            tracing::error!(%error, "the report before a run can't be made");
            Err(error.failure(&home.party))
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

/// Looks, and once more where the look itself failed: what is said then ends the study.
async fn at_most_twice<L>(look: impl Fn() -> L) -> Result<Found, RunError>
where
    L: Future<Output = Result<Found, RunError>>,
{
    match look().await {
        Err(error) if !matches!(error, RunError::Refused(_)) => {
            tracing::warn!(%error, "the look before a run failed: it is made once more");
            sleep(PAUSE).await;
            look().await
        }
        found => found,
    }
}

/// Looks at what there is, once a steward has allowed it.
///
/// # Security
///
/// Whoever writes plans can ask about single rows by them: without an approval nothing is read for
/// the coordinator, and of another version than the approved one nothing is told.
async fn found(home: &Home, plan: &Arc<Plan>, own: &Own) -> Result<Found, RunError> {
    let (name, grant) = permit::allowed(home, plan, own).await?;
    let secret = permit::secret(home, plan).await?;
    let look = Look::at(home, plan, (&name, grant), secret, Asker::Coordinator).await?;
    Ok(look.for_coordinator()?)
}

#[cfg(test)]
mod tests;
