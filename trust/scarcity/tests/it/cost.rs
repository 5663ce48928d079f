//! What a study costs.

use consilium_mailbox::{RunId, sim::World};
use consilium_scarcity::Agreement;

use crate::world::{House, counting, houses, parties, people, plain_sums, rows, run, seed};

#[test]
fn sums_have_these_elements() {
    let agreement = Agreement::new(counting(1_024, 1_000)).unwrap();
    let bins = [6, 3, 5, 5, 13];
    let singles: usize = bins.iter().sum();
    let squares: usize = bins.iter().map(|bins| bins * bins).sum();
    let pairs = (singles * singles - squares) / 2;
    assert_eq!(agreement.cells(), 1 + singles + pairs + 66);
    assert_eq!(agreement.buckets(4), 5 * 1_024);
    assert_eq!(agreement.sums(), 2);
}

#[tokio::test(start_paused = true)]
async fn messages_have_the_length_of_their_sums() {
    let agreement = Agreement::new(counting(1_024, 1_000)).unwrap();
    let houses = houses(&agreement, 4, 1);
    let seeds: Vec<_> = (0..4).map(seed).collect();
    let world = World::new(1);
    let parties = parties(4);
    let mail = world.mailboxes(&parties, RunId([1; 16]));
    run(mail, plain_sums(&parties), (&agreement, &houses, &seeds)).await;
    let received: usize = world
        .transcript()
        .iter()
        .filter(|frame| frame.receiver == parties[1])
        .map(consilium_mailbox::Frame::wire_len)
        .sum();
    let tables = agreement.cells() * 8;
    assert!(
        (tables..tables + 1_500).contains(&received),
        "{received} {tables}"
    );
}

/// Five hospitals of 100,000 rows and people each.
#[tokio::test(start_paused = true)]
#[ignore = "slow: half a million rows and people"]
async fn five_hospitals_of_a_hundred_thousand_patients() {
    let agreement = Agreement::new(counting(65_536, 300_000)).unwrap();
    let house = |place: u64| {
        let person = people(place * 50_000..place * 50_000 + 100_000);
        (rows(&agreement, (100_000, 0.0), place), Some(person))
    };
    let houses: Vec<House> = (0..5).map(house).collect();
    let seeds: Vec<_> = (0..5).map(seed).collect();
    let parties = parties(5);
    let mail = World::new(1)
        .without_transcript()
        .mailboxes(&parties, RunId([1; 16]));
    let ran = run(mail, plain_sums(&parties), (&agreement, &houses, &seeds)).await;
    for place in 0..5 {
        let outcome = ran.outcome(place);
        let (surprisal, exclusive) = (
            outcome.surprisal.as_ref().unwrap(),
            outcome.exclusive.unwrap(),
        );
        println!(
            "{:.4} {:?} {exclusive:?}",
            surprisal.excess, surprisal.interval
        );
        // The first and the last share with one neighbour, the others with two.
        let truth = if place == 0 || place == 4 { 0.5 } else { 0.0 };
        assert!((exclusive.share - truth).abs() < 0.05);
    }
    for account in ran.accounts {
        println!("{account:?}");
    }
}
