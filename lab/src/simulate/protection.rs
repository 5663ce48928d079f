//! How a simulated study's sums are protected: as the plan says.

use std::sync::Arc;

use consilium_base::{Generator, Seed};
use consilium_identity::{Directory, IdentityKey};
use consilium_mailbox::PartyId;
use consilium_secagg::{
    Aggregator, Contributor, Credentials, MemoryBook, SumError, SumNumber, Terms,
};

use super::STRETCH;

/// Makes the two sides of secure aggregation; all secrets grow from one seed, so that a study can be
/// repeated.
pub(super) struct Sums {
    terms: Terms,
    directory: Arc<Directory>,
    seed: Seed,
}

impl Sums {
    pub(super) fn new(terms: Terms, seed: Seed) -> Sums {
        let terms = Terms {
            patience: terms.patience.saturating_mul(STRETCH),
            ..terms
        };
        let public = |party: &PartyId| (party.to_string(), identity(&seed, party).public());
        let directory = Arc::new(terms.roster.iter().map(public).collect());
        Sums {
            terms,
            directory,
            seed,
        }
    }

    pub(super) fn aggregator(&self) -> Result<Aggregator, SumError> {
        Aggregator::new(self.terms.clone(), self.directory.clone(), [])
    }

    pub(super) fn contributor(
        &self,
        party: &PartyId,
    ) -> Result<Contributor<MemoryBook, Generator>, SumError> {
        let credentials = Credentials {
            signer: Arc::new(identity(&self.seed, party)),
            verifier: self.directory.clone(),
        };
        let derived = |label| self.seed.derive(label, &[party.as_str().as_bytes()]);
        let masks = derived("lab.1.masks").generator();
        let secret = derived("lab.1.secret");
        let (terms, book) = (self.terms.clone(), MemoryBook::default());
        Contributor::new(party, terms, credentials, &secret, book, masks)
    }

    /// Gives the generator of a sum's rounding and shuffling at a party: the same for the same sum.
    pub(super) fn chance(&self, party: &PartyId, number: SumNumber) -> Generator {
        let fields = [party.as_str().as_bytes(), &number.0.to_le_bytes()];
        self.seed.derive("lab.1.chance", &fields).generator()
    }
}

fn identity(seed: &Seed, party: &PartyId) -> IdentityKey {
    IdentityKey::from_seed(&seed.derive("lab.1.identity", &[party.as_str().as_bytes()]))
}
