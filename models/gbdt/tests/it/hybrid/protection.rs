//! What is kept back.

use std::collections::BTreeMap;

use consilium_gbdt::{
    NodeId, Objective, RowSampling, Rule, Tree,
    hybrid::{Agreement, HybridError, LabelHolder},
    vertical::{BadTerms, Protections},
};
use consilium_mailbox::sim::World;

use super::{
    wire::{Cutting, Decided, Outlined, read},
    world::{Case, OPEN, Stores, coordinator, insurer, secret},
};
use crate::{
    recount::{candidates, recount},
    world::{boosting, specification},
};

const ROWS: [usize; 3] = [260, 90, 250];

fn ones(bits: &[u8]) -> usize {
    bits.iter().map(|it| it.count_ones() as usize).sum()
}

#[tokio::test(start_paused = true)]
async fn no_sum_is_returned_but_those_allowed_by_the_rows_of_all_hospitals() {
    for (min_side, min_node) in [(1, 2), (20, 60), (50, 200)] {
        let mut case = Case::new(Objective::Logistic, 1, &ROWS);
        case.terms.protections = Protections {
            min_side,
            min_node,
            ..OPEN
        };
        let world = World::new(1);
        let (label, hospitals) = case.run(&world, &mut Stores::default()).await.all();
        let (pooled, cuts) = (case.pooled(), case.cuts(&world));
        let theirs: Vec<&[f64]> = pooled.values().skip(1).collect();
        let theirs_cut =
            consilium_gbdt::Cuts::new(cuts.iter().skip(1).map(<[f64]>::to_vec).collect());
        let candidates = candidates(&theirs, &theirs_cut.unwrap());
        let depth = case.terms.boosting.specification().growth.depth();
        let trees = case.joined(&label, &hospitals);
        let due = trees.iter().flat_map(|tree: &Tree<Rule>| {
            let columns = (pooled.columns(), depth);
            let counts = recount(tree, columns, &candidates, case.terms.protections);
            // Left and right children take turns.
            counts
                .into_iter()
                .collect::<BTreeMap<NodeId, usize>>()
                .into_values()
        });
        let due: Vec<usize> = due.collect();
        assert!(due.len() > trees.len() || min_node == 200);
        for hospital in case.hospitals() {
            let frames = world.transcript();
            let sent = frames.iter().filter(|it| it.sender == hospital);
            let outlined = sent.filter_map(read).flat_map(|it: Outlined| it.nodes);
            let returned: Vec<usize> = outlined.map(|node| ones(&node)).collect();
            assert_eq!(returned, due, "{hospital} {min_side} {min_node}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_all_is_kept_back_the_trees_are_the_label_holder_s_own() {
    for protections in [
        Protections {
            min_side: 301,
            ..OPEN
        },
        Protections {
            min_node: 601,
            ..OPEN
        },
    ] {
        let mut case = Case::new(Objective::Logistic, 2, &ROWS);
        case.terms.protections = protections;
        let world = World::new(1);
        let (label, hospitals) = case.run(&world, &mut Stores::default()).await.all();
        assert!(hospitals.iter().all(|hospital| hospital.rules().is_empty()));
        let trees = case.joined(&label, &hospitals);
        assert!(trees.iter().all(|tree| tree.branches().count() > 0));
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_tree_is_the_label_holder_s_own_unless_agreed_otherwise() {
    let mut case = Case::new(Objective::Logistic, 1, &ROWS);
    case.terms.protections.own_trees = 1;
    let world = World::new(1);
    let (label, hospitals) = case.run(&world, &mut Stores::default()).await.all();
    let trees = case.joined(&label, &hospitals);
    let is_own = |tree: &Tree<Rule>| tree.branches().all(|(_, branch)| branch.choice.column == 0);
    assert!(is_own(&trees[0]) && !trees[1..].iter().all(is_own));
}

#[tokio::test(start_paused = true)]
async fn a_hospital_with_no_row_of_a_node_takes_part_in_its_sums() {
    let mut case = Case::new(Objective::Squared, 0, &ROWS);
    // The whole second hospital is on one side of the best split.
    for (hospital, columns) in case.columns.iter_mut().enumerate() {
        let column = &mut columns[0];
        let share = if hospital == 1 { 1.0 } else { 0.0 };
        column.values.iter_mut().for_each(|value| *value = share);
    }
    let second = case.patients[1].clone();
    let labels = (0..600).map(|patient| f64::from(second.contains(&patient)));
    let noisy = labels
        .zip(case.table.labels())
        .map(|(label, noise)| 90.0 * label + noise);
    case.table = consilium_gbdt::Table::of_labels(Objective::Squared, noisy.collect()).unwrap();
    let world = World::new(1);
    let (label, hospitals) = case.run(&world, &mut Stores::default()).await.all();
    case.check_model(&world, &label, &hospitals);
    let is_first = |tree: &Tree<Rule>| {
        let mut branches = tree.branches();
        branches
            .next()
            .is_some_and(|(_, root)| root.choice.column == 0)
    };
    assert!(case.joined(&label, &hospitals).iter().any(is_first));
}

#[tokio::test(start_paused = true)]
async fn what_the_coordinator_says_follows_from_totals_alone() {
    // The same rows, divided otherwise among the hospitals.
    let told = |rows: [usize; 3]| async move {
        let mut case = Case::new(Objective::Squared, 1, &rows);
        case.terms.protections = Protections {
            min_side: 20,
            min_node: 60,
            ..OPEN
        };
        let world = World::new(1);
        case.run(&world, &mut Stores::default()).await.all();
        let frames = world.transcript();
        let decided = frames
            .iter()
            .filter_map(read)
            .flat_map(|it: Decided| it.nodes);
        let open: Vec<usize> = decided.map(|node| ones(&node.open)).collect();
        let cut = frames.iter().filter_map(read::<Cutting>);
        (open, cut.collect::<Vec<_>>())
    };
    let (open, cut) = told(ROWS).await;
    assert!(open.len() > 30);
    assert_eq!((open, cut), told([100, 200, 300]).await);
}

#[test]
fn fewer_than_three_hospitals_are_refused_and_what_else_can_t_be_kept() {
    let refused = |change: fn(&mut Case)| {
        let mut case = Case::new(Objective::Logistic, 1, &ROWS);
        change(&mut case);
        Agreement::try_from(case.terms).unwrap_err()
    };
    let key = |error: BadTerms| match error {
        BadTerms::Value { key, .. } => key,
        error => panic!("{error}"),
    };
    assert_eq!(
        key(refused(|case| drop(case.terms.hospitals.pop()))),
        "hospitals"
    );
    assert_eq!(key(refused(|case| case.terms.rows = 2)), "rows");
    assert_eq!(
        key(refused(|case| case.terms.protections.sum_noise = 1.0)),
        "protections.sum_noise"
    );
    // All hospitals but one, so that nobody's part would be hidden; none; and more than noise allows.
    assert_eq!(
        key(refused(|case| case.terms.colluding = Some(2))),
        "colluding"
    );
    assert_eq!(
        key(refused(|case| case.terms.colluding = Some(0))),
        "colluding"
    );
    assert_eq!(key(refused(|case| case.terms.stride = Some(0))), "stride");
    let same = |case: &mut Case| case.terms.columns[1] = case.terms.columns[0].clone();
    assert_eq!(key(refused(same)), "columns");
    let twice = refused(|case| case.terms.coordinator = insurer());
    assert_eq!(twice, BadTerms::Twice { party: insurer() });
    let twice = refused(|case| case.terms.group = coordinator());
    let party = coordinator();
    assert_eq!(twice, BadTerms::Twice { party });
}

#[test]
fn terms_have_room_for_a_third_of_the_hospitals_to_collude_and_no_more() {
    for (hospitals, colluding) in [(3, 1), (4, 1), (6, 2), (9, 3), (10, 3), (30, 10)] {
        let mut case = Case::new(Objective::Logistic, 1, &vec![100; hospitals]);
        let fits = |case: &Case| Agreement::try_from(case.terms.clone()).is_ok();
        assert!(fits(&case), "{hospitals}");
        case.terms.colluding = Some(colluding);
        assert!(fits(&case), "{hospitals}");
        case.terms.colluding = Some(colluding + 2);
        assert!(!fits(&case), "{hospitals}");
    }
}

#[test]
fn a_patient_at_two_hospitals_is_refused_unless_agreed_and_twice_at_one_always() {
    let refused = |case: &Case| {
        let agreement = case.agreement();
        let holder = LabelHolder::new(&agreement, &case.table, &case.patients, secret(0));
        holder.err()
    };
    let mut case = Case::new(Objective::Logistic, 1, &ROWS);
    assert!(refused(&case).is_none());
    case.patients[1][..3].copy_from_slice(&[599, 598, 597]);
    let error = refused(&case).unwrap();
    assert!(
        matches!(error, HybridError::Repeated { patients: 3 }),
        "{error}"
    );
    case.terms.repeated_patients = true;
    assert!(refused(&case).is_none());
    case.patients[1][5] = 599;
    let error = refused(&case).unwrap();
    assert!(
        matches!(error, HybridError::Repeated { patients: 1 }),
        "{error}"
    );
    case.patients[1][5] = 600;
    assert!(refused(&case).unwrap().to_string().contains("the rows"));
    case.patients[1].pop();
    assert!(refused(&case).unwrap().to_string().contains("the rows"));
}

#[tokio::test(start_paused = true)]
async fn drawn_rows_alone_are_counted() {
    let mut spec = specification(Objective::Logistic);
    spec.rows = RowSampling::Share(0.5);
    let mut case = Case::new(Objective::Logistic, 1, &ROWS);
    case.terms.boosting = boosting(spec);
    case.terms.protections.min_node = 400;
    let world = World::new(1);
    let (_, hospitals) = case.run(&world, &mut Stores::default()).await.all();
    assert!(hospitals[0].rules().is_empty());
}
