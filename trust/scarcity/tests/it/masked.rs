//! The same through masked sums, as in production, and once more after a crash.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use consilium_base::Seed;
use consilium_identity::{Directory, IdentityKey};
use consilium_mailbox::{PartyId, RunId, sim::World};
use consilium_scarcity::{Agreement, Outcome};
use consilium_secagg::{
    Aggregator, Assumed, BookError, Contributor, Credentials, Entry, OpeningBook, StudyId, Terms,
    Thresholds,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::world::{House, Ran, counting, houses, parties, people, plain, run, seed};

/// A book that outlives its contributor.
#[derive(Clone, Debug, Default)]
struct Book(Arc<Mutex<Vec<Entry>>>);

impl OpeningBook for Book {
    async fn entries(&mut self) -> Result<Vec<Entry>, BookError> {
        Ok(self.0.lock().unwrap().clone())
    }

    async fn append(&mut self, entry: &Entry) -> Result<(), BookError> {
        self.0.lock().unwrap().push(entry.clone());
        Ok(())
    }
}

fn key(place: usize) -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([u8::try_from(place).unwrap(); 32]))
}

fn directory(roster: &[PartyId]) -> Arc<Directory> {
    let keys = roster.iter().enumerate();
    let keys = keys.map(|(place, party)| (party.to_string(), key(place).public()));
    Arc::new(keys.collect())
}

fn terms() -> Terms {
    let parties = parties(4);
    let assumed = Assumed {
        contributors: 4,
        colluding: Some(1),
        dropouts: 0,
    };
    Terms {
        study: StudyId([4; 32]),
        aggregator: parties[0].clone(),
        roster: parties[1..].to_vec(),
        thresholds: Thresholds::safe(assumed).unwrap(),
        waivers: BTreeSet::new(),
        relaxed_from_twenty: false,
        patience: Duration::from_secs(5),
        carry_over: true,
    }
}

async fn masked(world: &World, agreement: &Agreement, houses: &[House], books: &[Book]) -> Ran {
    let terms = terms();
    let member = |(place, book): (usize, &Book)| {
        let credentials = Credentials {
            signer: Arc::new(key(place)),
            verifier: directory(&terms.roster),
        };
        let secret = Seed::from_bytes([100 + u8::try_from(place).unwrap(); 32]);
        let rng = ChaCha20Rng::seed_from_u64(place as u64);
        let me = &terms.roster[place];
        Contributor::new(me, terms.clone(), credentials, &secret, book.clone(), rng).unwrap()
    };
    let members = books.iter().enumerate().map(member).collect();
    let sum = Aggregator::new(terms.clone(), directory(&terms.roster), []).unwrap();
    let mail = world.mailboxes(&parties(4), RunId([7; 16]));
    let seeds: Vec<_> = (0..4).map(seed).collect();
    run(mail, (sum, members), (agreement, houses, &seeds)).await
}

fn outcomes(ran: &Ran) -> Vec<&Outcome> {
    (0..4).map(|place| ran.outcome(place)).collect()
}

#[tokio::test(start_paused = true)]
async fn masked_sums_give_the_same_outcome_and_a_repeated_run_gives_it_again() {
    let agreement = Agreement::new(counting(512, 500)).unwrap();
    let houses = houses(&agreement, 4, 40);
    let books: Vec<Book> = (0..4).map(|_| Book::default()).collect();
    let ran = masked(&World::new(1), &agreement, &houses, &books).await;
    assert_eq!(outcomes(&ran), outcomes(&plain(&agreement, &houses).await));
    let again = masked(&World::new(2), &agreement, &houses, &books).await;
    assert_eq!(outcomes(&again), outcomes(&ran));
    assert_eq!(again.aggregated.unwrap(), ran.aggregated.unwrap());
}

#[tokio::test(start_paused = true)]
async fn other_people_under_the_same_number_give_no_share() {
    let agreement = Agreement::new(counting(512, 500)).unwrap();
    let mut houses = houses(&agreement, 4, 40);
    let books: Vec<Book> = (0..4).map(|_| Book::default()).collect();
    assert!(
        masked(&World::new(1), &agreement, &houses, &books)
            .await
            .aggregated
            .is_ok()
    );
    houses[2].1 = Some(people(0..10));
    let ran = masked(&World::new(2), &agreement, &houses, &books).await;
    // Who has answered for others puts uniform integers in: all buckets are occupied.
    assert!(
        outcomes(&ran)
            .iter()
            .all(|outcome| outcome.exclusive.is_none())
    );
    assert!(
        outcomes(&ran)
            .iter()
            .all(|outcome| outcome.surprisal.is_some())
    );
}
