//! The protocol of docs/protocols/secagg.md: contributor and aggregator.

mod aggregator;
mod contributor;
mod setup;

pub use aggregator::Aggregator;
pub use contributor::{Contributor, Credentials};
pub use setup::SETUP;

use crate::{Breach, SumError, terms::Agreed};

/// The step that masks are charged to, at both ends: keystream made and added, and nothing else.
const MASKS: &str = "secagg.1.masks";

/// Blames a contributor for a breach.
fn blame(agreed: &Agreed, index: usize, breach: Breach) -> SumError {
    SumError::Breach {
        party: agreed.party(index).clone(),
        breach,
    }
}

/// Blames the aggregator.
fn blame_aggregator(agreed: &Agreed) -> impl Fn(Breach) -> SumError + '_ {
    |breach| SumError::Breach {
        party: agreed.terms.aggregator.clone(),
        breach,
    }
}
