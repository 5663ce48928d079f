//! Masked sums, as in production.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use consilium_base::Seed;
use consilium_identity::{Directory, IdentityKey};
use consilium_mailbox::PartyId;
use consilium_secagg::{
    Aggregator, Assumed, Contributor, Credentials, MemoryBook, StudyId, Terms, Thresholds,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

pub(crate) type Member = Contributor<MemoryBook, ChaCha20Rng>;

fn key(place: usize) -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([u8::try_from(place).unwrap(); 32]))
}

fn directory(roster: &[PartyId]) -> Arc<Directory> {
    let keys = roster.iter().enumerate();
    let keys = keys.map(|(place, party)| (party.to_string(), key(place).public()));
    Arc::new(keys.collect())
}

/// Terms without waivers.
pub(crate) fn terms(study: u8, aggregator: PartyId, roster: &[PartyId], assumed: Assumed) -> Terms {
    Terms {
        study: StudyId([study; 32]),
        aggregator,
        roster: roster.to_vec(),
        thresholds: Thresholds::safe(assumed).unwrap(),
        waivers: BTreeSet::new(),
        relaxed_from_twenty: false,
        patience: Duration::from_secs(5),
        carry_over: true,
    }
}

pub(crate) fn aggregator(terms: &Terms) -> Aggregator {
    Aggregator::new(terms.clone(), directory(&terms.roster), []).unwrap()
}

/// A hospital's part of the sums; `book` is that of the run before.
pub(crate) fn member(terms: &Terms, place: usize, book: MemoryBook, run: u8) -> Member {
    let credentials = Credentials {
        signer: Arc::new(key(place)),
        verifier: directory(&terms.roster),
    };
    let secret = Seed::from_bytes([100 + u8::try_from(place).unwrap(); 32]);
    let rng = ChaCha20Rng::seed_from_u64(u64::from(run) * 1000 + place as u64);
    let me = &terms.roster[place];
    Contributor::new(me, terms.clone(), credentials, &secret, book, rng).unwrap()
}
