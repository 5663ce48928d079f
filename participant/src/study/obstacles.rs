//! What stands in the way of a study here, told to the institution's own people.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
};

use consilium_base::Seed;
use consilium_plan::{DataVersion, Failure, Grant, PartyReport, Plan, PlanHash};
use consilium_store::StoreError;
use rand_core::Rng as _;

use super::{
    Own,
    failure::RunError,
    look::{Asker, Look},
    permit,
};
use crate::home::Home;

/// Makes the checks that come before a run, with the approval that stands in `own`.
///
/// Reads the whole data set, which the journal has before.
pub(crate) async fn obstacles(home: &Home, plan: &Arc<Plan>, own: &Own) -> Vec<Failure> {
    let found = match permit::allowed(home, plan, own).await {
        Ok((name, grant)) => {
            // Which rows serve for testing shows in no obstacle: nothing is kept for a plan that
            // nobody has signed.
            let mut secret = [0; 32];
            home.ambient.generator().fill_bytes(&mut secret);
            let secret = Seed::from_bytes(secret);
            let look = Look::at(home, plan, (&name, grant), secret, Asker::Stewards).await;
            look.map(Look::for_stewards).map_err(RunError::from)
        }
        Err(error) => Err(error),
    };
    let report = PartyReport {
        plan: plan.hash(),
        clock_ahead: -(home.clock_offset.load(Ordering::Relaxed) / 1_000),
        found: found.map_err(|error| error.failure(&home.party)),
    };
    plan.obstacles(&home.party, &report)
}

/// Gives where the study would stand if a steward approved it now for what is registered, beside such other
/// studies.
///
/// # Errors
///
/// If what is registered can't be read.
pub(crate) async fn approved(
    home: &Home,
    (plan, own): (&Plan, &Own),
    beside: BTreeSet<PlanHash>,
) -> Result<Own, StoreError> {
    let planned = plan.contributors().find(|(party, _)| **party == home.party);
    let data = match planned {
        Some((_, data)) => data.version.or(home.registered(&data.name).await?),
        None => None,
    };
    let now = home.ambient.now();
    let grant = Grant {
        // Where no data set is registered, no version is compared.
        data: data.unwrap_or(DataVersion([0; 32])),
        runs: plan.limits().runs,
        until: plan.deadline(now),
        waiver: false,
        beside,
    };
    Ok(Own {
        register: own.register.supposing(&home.party, grant, now),
        ..own.clone()
    })
}

#[cfg(test)]
mod tests;
