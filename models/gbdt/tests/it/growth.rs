//! One tree, growing.

use consilium_gbdt::{
    Boosting, Growing, Growth, Node, NodeId, Objective, OutOfStep, Quanta, Quantum, Specification,
    Split, Sums,
};
use proptest::prelude::*;

use crate::world::{boosting, fit, specification, table};

fn quanta() -> Quanta {
    let unit = Quantum::try_from(0).unwrap();
    Quanta { g: unit, h: unit }
}

fn split(choice: &'static str, gain: f64) -> Split<&'static str> {
    Split {
        choice,
        gain,
        left: Sums { g: 1, h: 2 },
        direction: None,
    }
}

fn leaf_wise(leaves: u32) -> Boosting {
    boosting(Specification {
        growth: Growing::LeafWise { leaves, depth: 8 },
        ..Specification::new(Objective::Squared)
    })
}

fn begun(boosting: &Boosting) -> Growth<&'static str> {
    Growth::begin(boosting, quanta(), Sums { g: 10, h: 100 }, 100)
}

#[test]
fn the_leaf_that_gains_most_is_split_first() {
    let mut growth = begun(&leaf_wise(4));
    assert_eq!(growth.awaits(), [NodeId::ROOT]);
    growth
        .examine(NodeId::ROOT, Some(split("root", 1.0)))
        .unwrap();
    let forks = growth.fork().unwrap();
    assert_eq!((forks[0].left, forks[0].right), (NodeId(1), NodeId(2)));
    growth.count(NodeId::ROOT, 60, 40).unwrap();
    let wanted = growth.wanted();
    assert_eq!(wanted[0].build, NodeId(2));
    assert_eq!(wanted[0].remainder.unwrap().node, NodeId(1));
    growth.examine(NodeId(1), Some(split("poor", 2.0))).unwrap();
    growth.examine(NodeId(2), Some(split("rich", 3.0))).unwrap();
    assert_eq!(growth.fork().unwrap()[0].choice, "rich");
    growth.count(NodeId(2), 20, 20).unwrap();
    for node in growth.awaits() {
        growth.examine(node, None).unwrap();
    }
    assert_eq!(growth.fork().unwrap()[0].choice, "poor");
    growth.count(NodeId(1), 30, 30).unwrap();
    for node in growth.awaits() {
        growth.examine(node, Some(split("late", 9.0))).unwrap();
    }
    assert_eq!(growth.fork().unwrap(), []);
    assert_eq!(growth.finish().leaves(), 4);
}

#[test]
fn a_level_is_split_at_once_and_small_nodes_are_left_alone() {
    let boosting = boosting(Specification {
        growth: Growing::DepthWise { depth: 2 },
        min_node: 30,
        ..Specification::new(Objective::Squared)
    });
    let mut growth = begun(&boosting);
    growth
        .examine(NodeId::ROOT, Some(split("root", 1.0)))
        .unwrap();
    growth.fork().unwrap();
    growth.count(NodeId::ROOT, 71, 29).unwrap();
    assert_eq!(growth.awaits(), [NodeId(1)]);
    // The other child is the smaller one, and is added up all the same.
    assert_eq!(growth.wanted()[0].build, NodeId(2));
    growth.examine(NodeId(1), Some(split("left", 1.0))).unwrap();
    assert_eq!(growth.fork().unwrap().len(), 1);
    growth.count(NodeId(1), 40, 31).unwrap();
    assert_eq!(growth.awaits(), []);
    assert_eq!(growth.fork().unwrap(), []);
    let tree = growth.finish();
    assert_eq!((tree.leaves(), tree.depth()), (3, 2));
    assert!(matches!(tree.nodes()[2], Node::Leaf(_)));
}

#[test]
fn steps_out_of_order_are_refused() {
    let mut growth = begun(&leaf_wise(4));
    let error = Err(OutOfStep { node: NodeId::ROOT });
    assert_eq!(growth.fork(), Err(OutOfStep { node: NodeId::ROOT }));
    assert_eq!(growth.count(NodeId::ROOT, 1, 1), error);
    assert!(growth.examine(NodeId(1), None).is_err());
    growth
        .examine(NodeId::ROOT, Some(split("root", 1.0)))
        .unwrap();
    assert_eq!(growth.examine(NodeId::ROOT, None), error);
    growth.fork().unwrap();
    assert_eq!(growth.fork(), Err(OutOfStep { node: NodeId(1) }));
    growth.count(NodeId::ROOT, 50, 50).unwrap();
    assert_eq!(growth.count(NodeId::ROOT, 50, 50), error);
    assert!(growth.count(NodeId(77), 50, 50).is_err());
}

#[test]
fn a_growing_tree_can_be_stored_and_goes_on() {
    let mut growth: Growth<u32> =
        Growth::begin(&leaf_wise(4), quanta(), Sums { g: 10, h: 100 }, 100);
    let split = Split {
        choice: 7_u32,
        gain: 1.0,
        left: Sums { g: 1, h: 2 },
        direction: None,
    };
    growth.examine(NodeId::ROOT, Some(split)).unwrap();
    let stored = serde_json::to_string(&growth).unwrap();
    let mut again: Growth<u32> = serde_json::from_str(&stored).unwrap();
    assert_eq!(again, growth);
    assert_eq!(again.fork().unwrap(), growth.fork().unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn with_leaves_enough_leaf_wise_is_depth_wise(seed: u64, depth in 1_u32..5) {
        let table = table(Objective::Logistic, 300, seed);
        let plain = specification(Objective::Logistic);
        let level = fit(Specification { growth: Growing::DepthWise { depth }, trees: 1, ..plain.clone() }, &table);
        let leaf = fit(Specification { growth: Growing::LeafWise { leaves: 64, depth }, trees: 1, ..plain }, &table);
        prop_assert_eq!(&level.losses.last().unwrap().trained, &leaf.losses.last().unwrap().trained);
        let columns: Vec<&[f64]> = table.values().collect();
        prop_assert_eq!(level.model.margins(&columns), leaf.model.margins(&columns));
        prop_assert_eq!(level.model.trees()[0].leaves(), leaf.model.trees()[0].leaves());
    }
}
