//! How the demo's sums are protected.

use std::time::Duration;

use consilium_base::{Generator, Seed};
use consilium_mailbox::{PartyId, Quorum};
use consilium_secagg::{
    SumNumber,
    plain::{PlainAggregator, PlainContributor},
};

use super::federation::coordinator;

/// Makes the two sides of the sums.
pub(crate) struct Protection {
    contributors: Vec<PartyId>,
    seed: Seed,
}

impl Protection {
    pub(crate) fn new(contributors: &[PartyId], seed: u64) -> Protection {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Protection { contributors: contributors.to_vec(), seed: Seed::from_bytes(bytes) }
    }

    pub(crate) fn aggregator(&self) -> PlainAggregator {
        let quorum = Quorum { at_least: self.contributors.len(), within: Duration::from_mins(1) };
        PlainAggregator { contributors: self.contributors.clone(), quorum }
    }

    pub(crate) fn contributor(&self, _party: &PartyId) -> PlainContributor {
        PlainContributor { aggregator: coordinator() }
    }

    /// Gives the generator of a sum's rounding at a party: the same for the same sum.
    pub(crate) fn rounding(&self, party: &PartyId, number: SumNumber) -> Generator {
        let fields = [party.as_str().as_bytes(), &number.0.to_le_bytes()];
        self.seed.derive("demo.1.rounding", &fields).generator()
    }
}
