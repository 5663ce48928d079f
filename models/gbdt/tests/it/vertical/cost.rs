//! What a fit costs, by the formula of docs/protocols/gbdt-vertical.md.

use std::collections::BTreeMap;

use consilium_gbdt::{
    Objective,
    vertical::{Price, Work, choose_stride},
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
    gbdt-vertical.1.opened: 1, 24615
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
