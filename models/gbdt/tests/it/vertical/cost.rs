//! What a fit costs, by the formula of docs/protocols/gbdt-vertical.md.

use consilium_gbdt::{
    Growing, Objective,
    vertical::{Agreement, BadTerms, Terms, Work},
};
use consilium_lwe::Set;
use consilium_mailbox::{Message as _, sim::World};

use super::{
    wire::{Blocks, Offered, Summed, body, costs, read},
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
    insta::assert_snapshot!(costs(&world), @"
    gbdt-vertical.1.blocks: 4, 393484
    gbdt-vertical.1.called: 2, 4
    gbdt-vertical.1.kept: 2, 2
    gbdt-vertical.1.offered: 1, 36
    gbdt-vertical.1.opened: 1, 24614
    gbdt-vertical.1.sides: 2, 186
    gbdt-vertical.1.summed: 7, 876722
    gbdt-vertical.1.turn: 5, 161
    ");
}

#[tokio::test(start_paused = true)]
async fn a_tree_costs_what_is_reckoned_however_it_grows() {
    let (depth, leaves) = (32, 12);
    for growth in [
        Growing::DepthWise { depth: 4 },
        Growing::LeafWise { leaves, depth },
    ] {
        let mut spec = specification(Objective::Logistic);
        (spec.trees, spec.growth) = (1, growth);
        let mut case = Case::new(Objective::Logistic, 1500, &[1, 3]);
        case.terms.boosting = boosting(spec);
        let world = World::new(1);
        case.run(&world, &mut Stores::default()).await.all();
        let frames = world.transcript();
        let offered = frames.iter().find_map(read::<Offered>).unwrap();
        let work = Work::of(&case.terms, 1500, vec![offered.candidates]);
        let shares = work.shares(Set::A, case.agreement().stride());
        for (step, reckoned) in [
            (Blocks::STEP, shares.label_holder.bytes),
            (Summed::STEP, shares.feature_holders[0].bytes),
        ] {
            let frames = frames.iter().filter(|it| *it.step == *step);
            let measured: usize = frames.map(|it| body(it).len()).sum();
            let ratio = reckoned / measured as f64;
            assert!(
                (1.0 / 1.5..1.5).contains(&ratio),
                "{growth:?} {step}: {ratio}"
            );
        }
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
