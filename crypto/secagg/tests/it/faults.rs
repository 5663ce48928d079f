//! Sums in the simulated world: parties that crash, frames that are changed.

use consilium_mailbox::sim::World;
use consilium_secagg::Thresholds;

use crate::federation::{Federation, shape};

#[tokio::test(start_paused = true)]
async fn all_vectors_are_summed() {
    for bits in [1, 7, 8, 16, 20, 32, 33, 47, 64] {
        let (federation, shape) = (Federation::of(5), shape(0, 1001, bits));
        let ended = federation.run_once(&World::new(1), shape).await;
        ended
            .contributed
            .iter()
            .for_each(|it| assert!(it.is_ok(), "{it:?}"));
        let opened = ended.checked(&federation, &shape).unwrap();
        assert_eq!(opened.contributors, federation.terms.roster);
    }
}

#[tokio::test(start_paused = true)]
async fn a_steady_sum_costs_three_round_trips() {
    let (federation, world) = (Federation::of(4), World::new(1));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    for number in 0..4 {
        let shape = shape(number, 10, 32);
        let run = u8::try_from(number).unwrap();
        let ended = federation
            .run(&world, run, shape, &mut aggregator, &mut members)
            .await;
        ended
            .contributed
            .iter()
            .for_each(|it| assert!(it.is_ok(), "{it:?}"));
        assert!(ended.checked(&federation, &shape).is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_sparse_graph_sums_too() {
    let federation = Federation::with(Thresholds::without_proof_of_safety(12, 7, 4).unwrap());
    let (world, shape) = (World::new(1), shape(0, 100, 24));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    for number in 0..3 {
        let ended = federation
            .run(&world, number, shape, &mut aggregator, &mut members)
            .await;
        ended
            .contributed
            .iter()
            .for_each(|it| assert!(it.is_ok(), "{it:?}"));
        assert!(ended.checked(&federation, &shape).is_some());
    }
}
