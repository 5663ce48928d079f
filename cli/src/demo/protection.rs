//! How the demo's sums are protected.

use std::{collections::BTreeSet, sync::Arc};

use consilium_base::{Generator, Seed};
use consilium_identity::{Directory, IdentityKey};
use consilium_mailbox::PartyId;
use consilium_plan::{Plan, Train};
use consilium_secagg::{
    Aggregator, Contributor, Credentials, MemoryBook, SumError, SumNumber, Terms,
};

/// Makes the two sides of secure aggregation; all secrets grow from one seed, so that a demo can
/// be repeated.
pub(crate) struct Protection {
    terms: Terms,
    directory: Arc<Directory>,
    seed: Seed,
}

impl Protection {
    pub(crate) fn new((plan, task): (&Plan, &Train), seed: u64) -> Protection {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let seed = Seed::from_bytes(bytes);
        let terms = plan.sum_terms(&task.protection, BTreeSet::new());
        let public = |party: &PartyId| (party.to_string(), identity(&seed, party).public());
        let directory = Arc::new(terms.roster.iter().map(public).collect());
        Protection {
            terms,
            directory,
            seed,
        }
    }

    pub(crate) fn aggregator(&self) -> Result<Aggregator, SumError> {
        Aggregator::new(self.terms.clone(), self.directory.clone(), [])
    }

    pub(crate) fn contributor(
        &self,
        party: &PartyId,
    ) -> Result<Contributor<MemoryBook, Generator>, SumError> {
        let credentials = Credentials {
            signer: Arc::new(identity(&self.seed, party)),
            verifier: self.directory.clone(),
        };
        let derived = |label| self.seed.derive(label, &[party.as_str().as_bytes()]);
        let masks = derived("demo.1.masks").generator();
        let secret = derived("demo.1.secret");
        let terms = self.terms.clone();
        Contributor::new(
            party,
            terms,
            credentials,
            &secret,
            MemoryBook::default(),
            masks,
        )
    }

    /// Gives the generator of a sum's rounding and shuffling at a party: the same for the same sum.
    pub(crate) fn chance(&self, party: &PartyId, number: SumNumber) -> Generator {
        let fields = [party.as_str().as_bytes(), &number.0.to_le_bytes()];
        self.seed.derive("demo.1.chance", &fields).generator()
    }
}

fn identity(seed: &Seed, party: &PartyId) -> IdentityKey {
    IdentityKey::from_seed(&seed.derive("demo.1.identity", &[party.as_str().as_bytes()]))
}
