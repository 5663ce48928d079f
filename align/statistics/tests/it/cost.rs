//! What a course costs.

use consilium_mailbox::{RunId, sim::World};
use consilium_statistics::{Agreement, Kind, Mode, Specification, Table, Values};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

use crate::world::{column, parties, plain_sums, raws, run, specification, tables};

#[test]
fn sums_have_these_elements() {
    let agreement = Agreement::new(specification()).unwrap();
    let elements: Vec<usize> = agreement.costs().iter().map(|cost| cost.elements).collect();
    // Counts, first round and sketch, second round, names, cells, pairs; each with 66 of checks.
    let counts = 1 + 3 + 3 * 3 + 2 * 3 + 5 + 2;
    let spread = 3 * 33 + 3 * 1024;
    let refine = 3 * (13 + 2) * 32;
    let names = 3 * 46 * (2 + 4);
    let cells = 3 * 31 * 7 + 4 * 3 + 4 * 6 + 5 * 6;
    let pairs = 10 * 6;
    let expected = [counts, spread, refine, names, cells, pairs].map(|len| len + 66);
    assert_eq!(elements, expected);
    assert_eq!(agreement.sums(), 6);
}

#[tokio::test(start_paused = true)]
async fn messages_have_the_length_of_their_sums() {
    let agreement = Agreement::new(specification()).unwrap();
    let tables = tables(&agreement, &raws(3, 1));
    let world = World::new(1);
    let parties = parties(3);
    let mail = world.mailboxes(&parties, RunId([1; 16]));
    run(mail, plain_sums(&parties), (&agreement, &tables)).await;
    let sums: usize = agreement.costs().iter().map(|cost| cost.elements * 8).sum();
    let sent: usize = world
        .transcript()
        .iter()
        .filter(|frame| frame.receiver == parties[1])
        .map(consilium_mailbox::Frame::wire_len)
        .sum();
    assert!((sums..sums + 2_000).contains(&sent), "{sent} {sums}");
}

/// Five institutions, 200 columns of numbers of which a fifth lack values, correlated.
#[tokio::test(start_paused = true)]
#[ignore = "slow: 200 columns and 19,900 pairs of them"]
async fn five_parties_with_two_hundred_columns() {
    const ROWS: usize = 10_000;
    let kind = Kind::Number {
        low: -8.0,
        high: 8.0,
    };
    let spec = Specification {
        columns: (0..200)
            .map(|at| column(&format!("x{at}"), kind.clone()))
            .collect(),
        label: None,
        periods: Vec::new(),
        mode: Mode::Exact,
        ..specification()
    };
    let agreement = Agreement::new(spec).unwrap();
    let table = |place: u64| {
        let mut rng = ChaCha20Rng::seed_from_u64(place);
        let values = |at: usize| {
            let missing = if at.is_multiple_of(5) { 5 } else { 0 };
            let mut value = || {
                let word = rng.next_u64();
                let is_missing = (word % 100) < missing;
                // A bell of 65 values.
                let value = f64::from(rng.next_u64().count_ones()) / 4.0 - 8.0;
                if is_missing { f64::NAN } else { value }
            };
            Values::Numbers((0..ROWS).map(|_| value()).collect())
        };
        Table::new(&agreement, (0..200).map(values).collect(), Vec::new()).unwrap()
    };
    let tables: Vec<Table> = (0..5).map(table).collect();
    let world = World::new(1).without_transcript();
    let parties = parties(5);
    let mail = world.mailboxes(&parties, RunId([1; 16]));
    let ran = run(mail, plain_sums(&parties), (&agreement, &tables)).await;
    let found = ran.findings();
    assert_eq!(found.correlations.len(), 19_900);
    assert_eq!(found.vif.len(), 200);
    for cost in agreement.costs() {
        println!("{cost:?}");
    }
    for account in ran.accounts {
        println!("{account:?}");
    }
}
