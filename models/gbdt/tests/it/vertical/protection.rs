//! What is kept back.

use consilium_gbdt::{
    Cuts, Objective, RowSampling, Rule, Tree,
    vertical::{Agreement, Protections},
};
use consilium_mailbox::sim::World;

use super::{
    wire::{Summed, read, slots},
    world::{Case, OPEN, Stores},
};
use crate::{
    recount::{candidates, recount},
    world::{boosting, specification},
};

/// How many sums each examined node should return, in the order of the protocol.
fn expected(case: &Case, tree: &Tree<Rule>, holder: usize) -> Vec<usize> {
    let spec = case.terms.boosting.specification();
    let columns: Vec<&[f64]> = case.columns[holder]
        .iter()
        .map(|it| &it.values[..])
        .collect();
    let cuts = Cuts::of(columns.iter().copied(), spec.bins).unwrap();
    let candidates = candidates(&columns, &cuts);
    let (pooled, depth) = (case.columns.concat(), spec.growth.depth());
    let counts = recount(tree, (&pooled, depth), &candidates, case.terms.protections);
    counts.into_iter().map(|(_, count)| count).collect()
}

#[tokio::test(start_paused = true)]
async fn no_sum_is_returned_but_those_allowed_in_node_sibling_and_ancestors() {
    for (min_side, min_gap, min_node) in [(1, 0, 2), (20, 10, 60), (1, 40, 2), (50, 10, 200)] {
        let mut case = Case::new(Objective::Logistic, 600, &[1, 2, 1]);
        case.terms.protections = Protections {
            min_side,
            min_gap,
            min_node,
            ..OPEN
        };
        let world = World::new(1);
        let (label, features) = case.run(&world, &mut Stores::default()).await.all();
        let trees = case.joined(&label, &features);
        for holder in [1, 2] {
            let party = &case.parties()[holder];
            let mut due = trees.iter().flat_map(|tree| expected(&case, tree, holder));
            let mut returned = 0;
            for frame in world.transcript().iter().filter(|it| it.sender == *party) {
                let Some(Summed { packs, last }) = read(frame) else {
                    continue;
                };
                let slots = packs.iter().map(|pack| slots(pack).len());
                assert!(slots.clone().all(|slots| slots > 0));
                returned += slots.sum::<usize>();
                if last {
                    assert_eq!(Some(returned), due.next(), "{party} {min_side} {min_gap}");
                    returned = 0;
                }
            }
            assert_eq!(due.next(), None);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_all_is_kept_back_the_trees_are_the_label_holder_s_own() {
    for protections in [
        Protections {
            min_side: 101,
            ..OPEN
        },
        Protections {
            min_node: 201,
            ..OPEN
        },
    ] {
        let mut case = Case::new(Objective::Logistic, 200, &[2, 2]);
        case.terms.protections = protections;
        let (label, features) = case.fit().await;
        let joined = case.joined(&label, &features);
        case.columns.truncate(1);
        assert_eq!(joined, case.pooled_fit().model.trees());
    }
}

#[tokio::test(start_paused = true)]
async fn rows_that_were_not_drawn_are_not_encrypted_but_find_their_leaves() {
    let mut spec = specification(Objective::Logistic);
    spec.rows = RowSampling::Share(0.3);
    let mut case = Case::new(Objective::Logistic, 500, &[1, 3]);
    case.terms.boosting = boosting(spec);
    case.terms.protections = Protections {
        min_side: 10,
        min_node: 30,
        ..OPEN
    };
    let mut stores = Stores::default();
    let (label, features) = case.run(&World::new(1), &mut stores).await.all();
    let joined = case.joined(&label, &features);
    let columns = case.columns.concat();
    let kept = stores.label.kept.unwrap();
    let json: serde_json::Value = serde_json::to_value(&kept).unwrap();
    for row in 0..500 {
        let side = |rule: &Rule| rule.goes_left(columns[rule.column as usize].values[row]);
        let margin = joined
            .iter()
            .fold(label.base_score(), |sum, tree| sum + tree.value(side));
        assert_eq!(json["margins"][row].as_f64(), Some(margin));
    }
}

#[tokio::test(start_paused = true)]
async fn noise_changes_the_choice_of_splits_and_not_what_leaves_are_worth() {
    let mut case = Case::new(Objective::Logistic, 600, &[0, 4]);
    case.terms.protections = Protections {
        min_side: 20,
        min_gap: 0,
        min_node: 50,
        sum_noise: 20.0,
        own_trees: 0,
    };
    let (label, features) = case.fit().await;
    let noisy = case.joined(&label, &features);
    let pooled = case.pooled_fit().model;
    assert_ne!(noisy, pooled.trees());
    // The root's cover is Σh of all rows, the leaves' covers are parts of it, without noise.
    for tree in &noisy {
        let covers = tree.nodes().iter().map(|node| match node {
            consilium_gbdt::Node::Leaf(leaf) => leaf.cover,
            consilium_gbdt::Node::Branch(_) => 0.0,
        });
        let consilium_gbdt::Node::Branch(root) = tree.nodes()[0] else {
            continue;
        };
        assert!((covers.sum::<f64>() - root.cover).abs() < 1e-9 * root.cover);
    }
    case.run = 1;
    let (again, features_again) = case.fit().await;
    assert_eq!((label, features), (again, features_again));
}

#[tokio::test(start_paused = true)]
async fn nodes_that_may_not_be_split_return_nothing() {
    let mut spec = specification(Objective::Logistic);
    spec.min_node = 120;
    let mut case = Case::new(Objective::Logistic, 400, &[1, 3]);
    case.terms.boosting = boosting(spec);
    let world = World::new(1);
    let (label, features) = case.run(&world, &mut Stores::default()).await.all();
    let pooled = case.pooled_fit().model;
    assert_eq!(case.joined(&label, &features), pooled.trees());
    let nodes = world.transcript();
    let nodes = nodes.iter().filter_map(read).filter(|it: &Summed| it.last);
    let branches_and_more: usize = nodes.count();
    // Of three levels with at most four nodes of so many rows, in five trees.
    assert!(
        (5..=5 * 6).contains(&branches_and_more),
        "{branches_and_more}"
    );
}

#[tokio::test(start_paused = true)]
async fn noise_for_which_sums_leave_no_room_is_refused() {
    let mut case = Case::new(Objective::Logistic, 300, &[1, 3]);
    case.terms.protections.sum_noise = 1000.0;
    case.labels = vec![0.0; 300];
    case.labels[7] = 1.0;
    case.terms.rows = 300;
    let ended = case.run(&World::new(1), &mut Stores::default()).await;
    // Even where one row has all of the gradient there is room, with coarser quanta.
    assert!(ended.label.is_ok());
    case.terms.protections.sum_noise = 1001.0;
    assert!(Agreement::try_from(case.terms).is_err());
}
