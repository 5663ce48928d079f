//! What a fit costs, by the formula of docs/protocols/gbdt-hybrid.md.

use consilium_gbdt::Objective;
use consilium_mailbox::sim::World;

use super::{
    masked::masked,
    wire::costs,
    world::{Case, Stores},
};
use crate::world::{boosting, specification};

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
    gbdt-hybrid.1.opened: 3, 73842
    gbdt-hybrid.1.outlined: 9, 822
    gbdt-hybrid.1.rows: 4, 8
    gbdt-hybrid.1.shuffling: 6, 192
    gbdt-hybrid.1.turn: 18, 231
    gbdt-vertical.1.blocks: 12, 541060
    gbdt-vertical.1.called: 8, 16
    gbdt-vertical.1.kept: 6, 6
    gbdt-vertical.1.offered: 3, 102
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
