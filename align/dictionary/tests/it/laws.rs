//! Laws: what comes out is what two tables side by side give.

use consilium_dictionary::{Band, DictionaryError, Terms, Usage};
use consilium_mailbox::{Fault, sim::World};
use proptest::prelude::*;

use crate::world::{Check, party, rows};

#[tokio::test(start_paused = true)]
async fn the_holder_learns_frequent_codes_that_its_list_lacks_and_bands_of_the_rest() {
    let mut check = Check::new();
    let ended = check.run(&World::new(1)).await;
    let told = &ended.holder.as_ref().unwrap()[&party("hospital")];
    let missing = told
        .missing
        .iter()
        .map(|(code, rows)| format!("{code} {rows}"));
    assert_eq!(missing.collect::<Vec<_>>(), ["B02 20..49", "D04 10..19"]);
    let bands = [told.rows, told.rare, told.unclear].map(|it| it.to_string());
    assert_eq!(bands, ["200..499", "10..19", "1..9"]);
    check.check(ended);
}

#[tokio::test(start_paused = true)]
async fn several_respondents_are_told_apart_and_none_may_be_idle() {
    let mut check = Check::new();
    check
        .hospitals
        .insert(party("clinic"), rows([("Z99", 10), ("Y98", 5000)]));
    check.hospitals.insert(party("fund"), rows([]));
    let ended = check.run(&World::new(1)).await;
    check.check(ended);
}

#[test]
fn random_lists_and_rows_give_what_two_tables_side_by_side_give() {
    let config = ProptestConfig::with_cases(12);
    let codes = || prop::collection::btree_map("[A-C][0-9]{2}", 0_u64..40, 0..14);
    proptest!(config, |(list in codes(), hospital in codes(), minimum in prop::sample::select(vec![5_u64, 10, 20]))| {
        let mut check = Check::new();
        check.list = list.into_keys().chain(["Z00".to_owned()]).collect();
        check.hospitals = [(party("hospital"), hospital)].into();
        check.terms.minimum = minimum;
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build().unwrap();
        let ended = runtime.block_on(check.run(&World::new(1)));
        check.check(ended);
    });
}

#[tokio::test(start_paused = true)]
async fn of_more_codes_than_are_compared_the_most_frequent_are() {
    let mut check = Check::new();
    check.terms.most_codes = 2;
    let ended = check.run(&World::new(1)).await;
    let told = &ended.holder.unwrap()[&party("hospital")];
    assert!(told.missing.keys().eq(["B02"]));
    assert_eq!(told.rare, Band::of(20, 10));
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_and_terms_that_nobody_can_keep_are_refused() {
    type Change = fn(&mut Check);
    let changes: [Change; 6] = [
        |check| check.list.clear(),
        |check| check.terms.minimum = 2,
        |check| check.terms.minimum = 11,
        |check| check.terms.most_codes = 0,
        |check| check.terms.most_codes = Terms::MOST_CODES + 1,
        |check| {
            let codes = 0..=Terms::MOST_LISTED;
            check.list = codes.map(|number| number.to_string()).collect();
        },
    ];
    for change in changes {
        let (world, mut check) = (World::new(1), Check::new());
        change(&mut check);
        let error = check.run(&world).await.holder.err().unwrap();
        assert_eq!(error.fault(), Fault::Input, "{error}");
        let by_holder = world
            .transcript()
            .into_iter()
            .filter(|it| it.sender == party("insurer"));
        assert!(
            by_holder
                .map(|it| it.content)
                .all(|it| matches!(it, consilium_mailbox::Content::Aborted(_)))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn other_terms_at_the_holder_are_named_before_anything_is_compared() {
    type Change = fn(&mut Terms);
    let changes: [Change; 4] = [
        |terms| terms.study = [8; 32],
        |terms| terms.system = "other".to_owned(),
        |terms| terms.minimum = 20,
        |terms| terms.most_codes = 17,
    ];
    for change in changes {
        let (world, mut check) = (World::new(1), Check::new());
        let mut other = check.terms.clone();
        change(&mut other);
        let ended = check.run_under([other, check.terms.clone()], &world).await;
        let error = ended.holder.err().unwrap();
        let DictionaryError::Psi(_) = error else {
            panic!("{error}")
        };
        assert_eq!(error.fault(), Fault::Peer(party("hospital")));
        let steps = world.transcript().into_iter().map(|it| it.step.to_string());
        assert!(
            steps
                .into_iter()
                .all(|it| it == "psi-unbalanced.1.declared" || it.is_empty())
        );
    }
}

#[test]
fn bands_hold_their_numbers_and_go_up() {
    proptest!(|(rows: u64, minimum in prop::sample::select(vec![5_u64, 10, 20, 50, 1_000, 20_000]))| {
        let band = Band::of(rows, minimum);
        prop_assert!(band.least <= rows && (rows <= band.most || rows > u64::MAX / 2));
        let next = Band::of(rows.saturating_add(1), minimum);
        prop_assert!(next == band || next.least > band.most || rows > u64::MAX / 2);
        // Nobody sees which of nine rows and fewer there are.
        prop_assert!(rows == 0 || rows >= minimum || band == Band::of(1, minimum));
        // No number but none is told exactly.
        prop_assert!(rows < minimum || rows > u64::MAX / 2 || band.most - band.least + 1 >= band.least);
        prop_assert!(rows == 0 || band.least < band.most);
        let first = Band::of(minimum, minimum);
        prop_assert!(first.least == minimum && first.most - first.least + 1 >= minimum);
    });
}

#[test]
fn texts_that_are_too_long_or_empty_are_no_codes() {
    let mut usage = Usage::default();
    for code in ["", &"x".repeat(65)] {
        usage.add(code, 5);
    }
    assert_eq!((usage.unclear(), usage.codes()), (10, 0));
    usage.add(&"x".repeat(64), u64::MAX);
    usage.add(&"x".repeat(64), 1);
    assert_eq!((usage.rows(), usage.codes()), (u64::MAX, 1));
}
