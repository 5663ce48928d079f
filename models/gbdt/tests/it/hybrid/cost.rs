//! What a fit costs, by the formula of docs/protocols/gbdt-hybrid.md.

use consilium_gbdt::{Growing, Objective, hybrid::Shares};
use consilium_mailbox::{Frame, sim::World};

use super::{
    masked::masked,
    wire::{Blocks, Offered, Opened, body, costs, read},
    world::{Case, Stores},
};
use crate::world::{boosting, specification};

/// Sums by which columns are cut, and missing values found.
const SUMS_OF_THE_SETUP: usize = 5;

#[tokio::test(start_paused = true)]
async fn frames_and_bytes_of_a_tree_are_few() {
    let mut spec = specification(Objective::Logistic);
    spec.trees = 1;
    let mut case = Case::new(Objective::Logistic, 1, &[300, 400, 300]);
    case.terms.boosting = boosting(spec);
    case.terms.stride = Some(16);
    let world = World::new(1);
    let sums = masked(&case, Vec::new());
    let (ended, _) = case.run_through(&world, &mut Stores::default(), sums).await;
    ended.all();
    insta::assert_snapshot!(costs(&world), @"
    gbdt-hybrid.1.alike: 6, 192
    gbdt-hybrid.1.cutting: 18, 2883
    gbdt-hybrid.1.decided: 9, 555
    gbdt-hybrid.1.level: 4, 12
    gbdt-hybrid.1.opened: 3, 73839
    gbdt-hybrid.1.outlined: 9, 822
    gbdt-hybrid.1.rows: 4, 18
    gbdt-hybrid.1.shuffling: 6, 192
    gbdt-hybrid.1.turn: 18, 231
    gbdt-vertical.1.blocks: 12, 541060
    gbdt-vertical.1.called: 8, 16
    gbdt-vertical.1.kept: 6, 6
    gbdt-vertical.1.offered: 3, 108
    gbdt-vertical.1.sides: 6, 182
    secagg.1.advertised: 39, 49998
    secagg.1.answered: 33, 3993
    secagg.1.cohort: 39, 156
    secagg.1.dealt: 78, 51441
    secagg.1.listed: 39, 107757
    secagg.1.masked: 33, 4213725
    secagg.1.received: 39, 42614
    secagg.1.signatures: 33, 6534
    secagg.1.signed: 33, 2145
    secagg.1.survivors: 33, 192
    ");
}

/// What a tree of some shape cost, through masks, and what was reckoned: the bytes of rows, of what
/// hospitals add up, and how many sums there were.
async fn reckoned(growth: Growing, stride: Option<u32>) -> [[f64; 3]; 2] {
    let mut spec = specification(Objective::Logistic);
    (spec.trees, spec.growth) = (1, growth);
    let mut case = Case::new(Objective::Logistic, 1, &[500, 450, 550]);
    case.terms.boosting = boosting(spec);
    case.terms.stride = stride;
    let world = World::new(1);
    let sums = masked(&case, Vec::new());
    let (ended, _) = case.run_through(&world, &mut Stores::default(), sums).await;
    ended.all();
    let frames = world.transcript();
    let offered = frames.iter().find_map(read::<Offered>).unwrap();
    let opened = frames.iter().position(|it| read::<Opened>(it).is_some());
    let in_tree = &frames[opened.unwrap()..];
    let bytes = |is_of: &dyn Fn(&&Frame) -> bool| -> f64 {
        let frames = in_tree.iter().filter(is_of);
        frames.map(|frame| body(frame).len() as f64).sum()
    };
    let is_masked = |frame: &&Frame| &*frame.step == "secagg.1.masked";
    let added_up = frames.iter().filter(is_masked).count() / 3;
    let measured = [
        bytes(&|frame| read::<Blocks>(frame).is_some()),
        bytes(&is_masked),
        (added_up - SUMS_OF_THE_SETUP) as f64,
    ];
    let Shares {
        label_holder,
        hospital,
        sums,
        ..
    } = case.agreement().shares(offered.candidates);
    let reckoned = [label_holder.bytes, 3.0 * hospital.bytes, sums as f64];
    [measured, reckoned]
}

#[tokio::test(start_paused = true)]
async fn a_tree_costs_what_is_reckoned_however_it_grows() {
    let (depth, leaves) = (5, 12);
    for growth in [
        Growing::DepthWise { depth: 4 },
        Growing::LeafWise { leaves, depth },
    ] {
        for stride in [None, Some(8)] {
            let [measured, reckoned] = reckoned(growth, stride).await;
            for (measured, reckoned) in measured.into_iter().zip(reckoned) {
                let ratio = reckoned / measured;
                assert!((1.0 / 1.5..1.5).contains(&ratio), "{growth:?}: {ratio}");
            }
        }
    }
}
