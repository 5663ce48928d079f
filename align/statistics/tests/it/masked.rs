//! The same through masked sums, as in production, and once more after a crash.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use consilium_base::Seed;
use consilium_identity::{Directory, IdentityKey};
use consilium_mailbox::{PartyId, RunId, sim::World};
use consilium_secagg::{
    Aggregator, Assumed, BookError, Contributor, Credentials, Entry, OpeningBook, StudyId, Terms,
    Thresholds,
};
use consilium_statistics::{Agreement, StatisticsError, Table};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::world::{Ran, parties, plain, raws, run, specification, tables};

/// A book that outlives its contributor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book(Arc<Mutex<Vec<Entry>>>);

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

fn terms(hospitals: usize) -> Terms {
    let parties = parties(hospitals);
    let assumed = Assumed {
        contributors: hospitals,
        colluding: Some(1),
        dropouts: usize::from(hospitals > 3),
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

async fn masked(world: &World, agreement: &Agreement, tables: &[Table], books: &[Book]) -> Ran {
    let terms = terms(tables.len());
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
    let mail = world.mailboxes(&parties(tables.len()), RunId([7; 16]));
    run(mail, (sum, members), (agreement, tables)).await
}

#[tokio::test(start_paused = true)]
async fn masked_sums_give_the_same_findings_and_a_repeated_run_gives_them_again() {
    let agreement = Agreement::new(specification()).unwrap();
    for hospitals in [3, 5] {
        let tables = tables(&agreement, &raws(hospitals, 40));
        let books: Vec<Book> = (0..hospitals).map(|_| Book::default()).collect();
        let ran = masked(&World::new(1), &agreement, &tables, &books).await;
        assert_eq!(ran.findings(), plain(&agreement, &tables).await.findings());
        let again = masked(&World::new(2), &agreement, &tables, &books).await;
        assert_eq!(again.findings(), ran.findings());
    }
}

#[tokio::test(start_paused = true)]
async fn other_rows_under_the_same_numbers_give_no_findings() {
    let agreement = Agreement::new(specification()).unwrap();
    let tables_before = tables(&agreement, &raws(3, 40));
    let books: Vec<Book> = (0..3).map(|_| Book::default()).collect();
    let ran = masked(&World::new(1), &agreement, &tables_before, &books).await;
    assert!(ran.findings().rows.is_some());
    let mut raws = raws(3, 40);
    raws[2][0][0] = 33.0;
    let ran = masked(
        &World::new(2),
        &agreement,
        &tables(&agreement, &raws),
        &books,
    )
    .await;
    for outcome in ran.outcomes {
        assert!(
            matches!(outcome, Err(StatisticsError::FalseSum { sum: 0, .. })),
            "{outcome:?}"
        );
    }
}
