//! The fit through masked sums, as in production.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use consilium_base::Seed;
use consilium_gbdt::Objective;
use consilium_identity::{Directory, IdentityKey};
use consilium_mailbox::{PartyId, sim::World};
use consilium_secagg::{
    Aggregator, Contributor, Credentials, MemoryBook, StudyId, Terms, Thresholds,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use super::world::{Case, Stores, Sums, coordinator, insurer};

type Member = Contributor<MemoryBook, ChaCha20Rng>;

fn key(place: usize) -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([u8::try_from(place).unwrap(); 32]))
}

fn terms(case: &Case, aggregator: PartyId, study: u8) -> Terms {
    Terms {
        study: StudyId([study; 32]),
        aggregator,
        roster: case.hospitals(),
        thresholds: Thresholds::safe(case.agreement().assumed()).unwrap(),
        waivers: BTreeSet::new(),
        relaxed_from_twenty: false,
        patience: Duration::from_secs(5),
        carry_over: true,
    }
}

/// Masked sums; `books` are those of the run before.
pub(crate) fn masked(
    case: &Case,
    books: Vec<(MemoryBook, MemoryBook)>,
) -> Sums<Aggregator, Member> {
    let roster = case.hospitals();
    let keys = roster.iter().enumerate();
    let keys = keys.map(|(place, party)| (party.to_string(), key(place).public()));
    let directory: Arc<Directory> = Arc::new(keys.collect());
    let counts = terms(case, coordinator(), 5);
    let ciphertexts = terms(case, insurer(), 6);
    let member = |place: usize, terms: &Terms, book| -> Member {
        let credentials = Credentials {
            signer: Arc::new(key(place)),
            verifier: directory.clone(),
        };
        let secret = Seed::from_bytes([100 + u8::try_from(place).unwrap(); 32]);
        let number = u64::from(case.run) * 1000 + place as u64;
        let rng = ChaCha20Rng::seed_from_u64(number);
        let me = &terms.roster[place];
        Contributor::new(me, terms.clone(), credentials, &secret, book, rng).unwrap()
    };
    let empty = || (MemoryBook::default(), MemoryBook::default());
    let books = books.into_iter().chain(std::iter::repeat_with(empty));
    let hospitals = books.take(roster.len()).enumerate();
    let hospitals = hospitals.map(|(place, (of_counts, of_sums))| {
        let of_counts = member(place, &counts, of_counts);
        (of_counts, member(place, &ciphertexts, of_sums))
    });
    let aggregator = |terms: &Terms| Aggregator::new(terms.clone(), directory.clone(), []).unwrap();
    Sums {
        counts: aggregator(&counts),
        ciphertexts: aggregator(&ciphertexts),
        hospitals: hospitals.collect(),
    }
}

async fn masks_change_nothing(case: &Case) {
    let world = World::new(1);
    let sums = masked(case, Vec::new());
    let (ended, _) = case.run_through(&world, &mut Stores::default(), sums).await;
    let (label, hospitals) = ended.all();
    case.check_model(&world, &label, &hospitals);
}

#[tokio::test(start_paused = true)]
async fn masked_sums_over_three_hospitals_give_the_pooled_trees() {
    masks_change_nothing(&Case::new(Objective::Logistic, 1, &[160, 90, 150])).await;
}

#[tokio::test(start_paused = true)]
async fn masked_sums_over_four_hospitals_give_the_pooled_trees() {
    masks_change_nothing(&Case::new(Objective::Gamma, 0, &[60, 90, 150, 100])).await;
}
