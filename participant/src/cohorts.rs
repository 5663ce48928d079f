//! Cohorts that statistics were answered for: one that differs from an earlier one by few rows, or is asked about
//! by other rules, would give single rows away by the difference of the two answers.

mod cells;
mod imprint;
mod sketch;

use std::collections::BTreeSet;

use consilium_plan::{Obstacle, PlanHash};
use consilium_store::{Store, StoreError, columns::damaged};

use crate::store::cohorts::{self, Asked, Cohort};

pub(crate) use imprint::{Imprint, Standing};

/// A cohort that was answered for.
#[derive(Clone, Debug)]
pub(crate) struct Earlier {
    study: PlanHash,
    /// The fewest rows, zero aside, in which its study lets cohorts differ.
    minimum: u64,
    /// None where only whole rows were kept, by which nothing is compared any more.
    imprint: Option<Imprint>,
}

/// Gives all cohorts that were answered for, the latest first.
///
/// # Errors
///
/// If they can't be read, or one is damaged: nobody could tell what it would have refused.
pub(crate) async fn earlier(store: &Store) -> Result<Vec<Earlier>, StoreError> {
    cohorts::all(store, Asked::Statistics)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read(cohort: &Cohort) -> Result<Earlier, StoreError> {
    let imprint = match &cohort.imprint {
        Some(bytes) => Some(Imprint::from_bytes(bytes).ok_or_else(|| damaged("imprint"))?),
        None => None,
    };
    Ok(Earlier {
        study: cohort
            .study
            .as_str()
            .parse()
            .map_err(|_| damaged("study"))?,
        minimum: cohort.minimum,
        imprint,
    })
}

/// Gives what keeps rows from being asked about: earlier studies over nearly the same ones. `minimum` is the
/// present study's; the larger one counts, of the two. Of `beside` a steward has said that they may be.
///
/// All cohorts are compared, under whatever name their data sets were registered.
pub(crate) fn obstacle(
    now: &Imprint,
    earlier: &[Earlier],
    (minimum, beside): (u64, &BTreeSet<PlanHash>),
) -> Option<Obstacle> {
    let mut otherwise = BTreeSet::new();
    for before in earlier {
        let least = minimum.max(before.minimum);
        let standing = match &before.imprint {
            Some(imprint) => now.standing_to(imprint, least),
            None => Standing::AskedOtherwise,
        };
        match standing {
            Standing::TooClose => {
                tracing::warn!(study = %before.study, "rows are nearly those of earlier statistics");
                return Some(Obstacle::CohortTooClose);
            }
            Standing::AskedOtherwise => {
                otherwise.insert(before.study);
            }
            Standing::Apart => {}
        }
    }
    let unnamed = otherwise.difference(beside).copied();
    let unnamed: BTreeSet<PlanHash> = unnamed.take(Obstacle::MOST_STUDIES).collect();
    (!unnamed.is_empty()).then_some(Obstacle::CohortAskedOtherwise(unnamed))
}

#[cfg(test)]
mod tests;
