//! What a fit costs, by the formula of docs/protocols/gbdt-vertical.md.

use std::collections::BTreeMap;

use consilium_gbdt::{
    Growing, Objective,
    vertical::{Agreement, BadTerms, Price, Terms, Unfit, Work, choose_stride},
};
use consilium_lwe::Set;
use consilium_mailbox::sim::World;

use super::{
    wire::body,
    world::{Case, Stores},
};
use crate::world::{boosting, specification};

#[tokio::test(start_paused = true)]
async fn frames_and_bytes_of_a_tree_are_few() {
    let mut spec = specification(Objective::Logistic);
    spec.trees = 1;
    let mut case = Case::new(Objective::Logistic, 1000, &[1, 3]);
    case.terms.boosting = boosting(spec);
    case.terms.stride = Some(16);
    let world = World::new(1);
    case.run(&world, &mut Stores::default()).await.all();
    let mut costs: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for frame in world.transcript() {
        let cost = costs.entry(frame.step.to_string()).or_default();
        *cost = (cost.0 + 1, cost.1 + body(&frame).len());
    }
    let lines = costs
        .iter()
        .map(|(step, (frames, bytes))| format!("{step}: {frames}, {bytes}"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    gbdt-vertical.1.blocks: 4, 393484
    gbdt-vertical.1.called: 2, 4
    gbdt-vertical.1.kept: 2, 2
    gbdt-vertical.1.offered: 1, 34
    gbdt-vertical.1.opened: 1, 24614
    gbdt-vertical.1.sides: 2, 186
    gbdt-vertical.1.summed: 7, 876722
    gbdt-vertical.1.turn: 5, 161
    ");
}

#[test]
fn the_stride_grows_with_candidates_and_shrinks_with_rows_and_dearer_bytes_change_it() {
    let work = |rows, candidates| Work {
        rows,
        candidates: vec![candidates],
        depth: 5,
        least_rows: 200,
        kept_nodes: 16,
    };
    let chosen =
        |rows, candidates| choose_stride(Set::A, &work(rows, candidates), Price::default());
    assert!(chosen(10_000, 930) > chosen(100_000, 930));
    assert!(chosen(100_000, 930) > chosen(1_000_000, 930));
    assert!(chosen(10_000, 930) > chosen(10_000, 93));
    let lines = [10_000, 100_000, 1_000_000].map(|rows| {
        let stride = chosen(rows, 930);
        let cost = work(rows, 930).cost(Set::A, stride);
        format!(
            "{rows}: r = {stride}, {:.1} MB, {:.2} s",
            cost.bytes / 1e6,
            cost.cpu
        )
    });
    insta::assert_snapshot!(lines.join("\n"), @"
    10000: r = 31, 21.2 MB, 0.16 s
    100000: r = 10, 66.3 MB, 0.92 s
    1000000: r = 3, 207.2 MB, 7.24 s
    ");
}

#[test]
fn no_other_stride_costs_less() {
    let work = Work {
        rows: 20_000,
        candidates: vec![300, 40],
        depth: 4,
        least_rows: 100,
        kept_nodes: 8,
    };
    let price = Price::default();
    for set in [Set::A, Set::B] {
        let total = |stride| {
            let cost = work.cost(set, stride);
            cost.cpu + cost.bytes / price.bytes_a_second
        };
        let chosen = choose_stride(set, &work, price);
        assert!((1..300).all(|stride| total(stride) >= total(chosen)));
    }
}

/// What of these terms is refused.
fn refused(change: impl FnOnce(&mut Terms)) -> Option<&'static str> {
    let mut terms = Case::new(Objective::Logistic, 300, &[1, 3]).terms;
    (terms.rows, terms.feature_holders[0].columns) = (1_000_000, 30);
    change(&mut terms);
    match Agreement::try_from(terms) {
        Ok(_) => None,
        Err(BadTerms::Value { key, .. }) => Some(key),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn terms_whose_noise_leaves_no_room_are_refused() {
    assert_eq!(refused(|_| ()), None);
    assert_eq!(refused(|terms| terms.stride = Some(12)), None);
    for stride in [13, 512] {
        let shared = |terms: &mut Terms| terms.stride = Some(stride);
        assert_eq!(refused(shared), Some("stride"));
        assert_eq!(
            refused(|terms| {
                shared(terms);
                terms.set = Set::B;
            }),
            None
        );
    }
    assert_eq!(refused(|terms| terms.rows = 12_000_000), None);
    assert_eq!(refused(|terms| terms.rows = 12_500_000), Some("rows"));
    assert_eq!(
        refused(|terms| (terms.rows, terms.set) = (1 << 28, Set::B)),
        None
    );
}

#[test]
fn terms_whose_sums_take_too_much_memory_are_refused() {
    let wide = |terms: &mut Terms| terms.feature_holders[0].columns = 1000;
    assert_eq!(refused(wide), None);
    let shared = |terms: &mut Terms| {
        wide(terms);
        terms.stride = Some(1);
    };
    assert_eq!(refused(shared), Some("stride"));
    let many = |terms: &mut Terms| terms.feature_holders[0].columns = 5000;
    assert_eq!(refused(many), Some("columns"));
    let deep = |terms: &mut Terms| {
        wide(terms);
        let mut spec = specification(Objective::Logistic);
        spec.growth = Growing::DepthWise { depth: 12 };
        terms.boosting = boosting(spec);
    };
    assert_eq!(refused(deep), Some("growth"));
}

#[test]
fn strides_that_leave_no_room_are_not_chosen() {
    let work = Work {
        rows: 3_000_000,
        candidates: vec![20_000],
        depth: 12,
        least_rows: 200,
        kept_nodes: 4,
    };
    let price = Price::default();
    let total = |stride| {
        let cost = work.cost(Set::A, stride);
        cost.cpu + cost.bytes / price.bytes_a_second
    };
    let chosen = choose_stride(Set::A, &work, price);
    assert!(total(60) < total(chosen));
    assert_eq!(work.check(Set::A, chosen), Ok(()));
    assert_eq!(work.check(Set::A, 60), Err(Unfit::Noise));
    let one = Work { rows: 1000, ..work };
    assert_eq!(one.check(Set::A, 1), Ok(()));
    let kept_nodes = 100;
    let kept = Work { kept_nodes, ..one };
    assert_eq!(kept.check(Set::A, 1), Err(Unfit::Memory));
    assert!(
        kept.check(Set::A, choose_stride(Set::A, &kept, price))
            .is_ok()
    );
}

#[test]
fn noise_tells_more_of_more_trees_and_next_to_nothing_with_set_b() {
    let told = |trees, set| {
        let mut terms = Case::new(Objective::Logistic, 300, &[1, 3]).terms;
        let mut spec = specification(Objective::Logistic);
        spec.trees = trees;
        (terms.boosting, terms.set, terms.stride) = (boosting(spec), set, Some(8));
        let agreement = Agreement::try_from(terms).unwrap();
        agreement.leak().total_variation()
    };
    assert!(told(10, Set::A) < told(100, Set::A));
    assert!(told(100, Set::A) < 0.1);
    assert!(told(100, Set::B) < (-40f64).exp2());
}
