//! Crashes of each party at each step, slow and lossy links.

use std::time::Duration;

use consilium_mailbox::{
    Fault,
    sim::{Crash, Link, Moment, World},
};

use super::wire::ORDER;
use crate::pair::{MOMENTS, Pair, hospital, insurer};

/// Steps of one message; of the others the second is met, most of them in the second bucket.
const ONCE: [&str; 2] = ["psi-vole.1.declared", "psi-vole.1.counted"];

/// Steps that the sender sends.
const SENDERS: [&str; 3] = [
    "psi-vole.1.chosen",
    "psi-vole.1.punctured",
    "psi-vole.1.evaluated",
];

/// Two buckets; the hospital has the smaller set and is the receiver.
fn pair() -> Pair {
    let mut pair = Pair::new(60, 80, 30);
    pair.sizes.bucket = 40;
    pair
}

#[tokio::test(start_paused = true)]
async fn a_crash_of_either_party_at_any_step_is_named_and_the_repetition_succeeds() {
    for step in ORDER {
        for moment in MOMENTS {
            let sender = SENDERS.contains(&step) != (moment == Moment::OnReceive);
            let dead = if sender { insurer() } else { hospital() };
            let (world, mut pair) = (World::new(1), pair());
            world.crash(Crash {
                party: dead.clone(),
                step: step.into(),
                nth: usize::from(!ONCE.contains(&step)),
                moment,
            });
            let ended = pair.align_large(&world).await;
            assert!(ended.of(&dead).is_err(), "{dead} {step} {moment:?}");
            ended.check_survivor(&dead);
            let again = pair.align_large(&world).await;
            pair.check(again);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_in_the_sample_is_named_and_the_repetition_succeeds() {
    for dead in [hospital(), insurer()] {
        for step in [
            "psi-ecdh.1.blinded",
            "psi-ecdh.1.doubled",
            "psi-ecdh.1.common",
        ] {
            let (world, mut pair) = (World::new(1), pair());
            world.crash(Crash {
                party: dead.clone(),
                step: step.into(),
                nth: 0,
                moment: Moment::AfterSend,
            });
            let ended = pair.align_large(&world).await;
            ended.check_survivor(&dead);
            let again = pair.align_large(&world).await;
            pair.check(again);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slow_and_lossy_links_change_nothing() {
    for seed in 0..3 {
        let link = Link {
            latency: Duration::from_millis(300),
            bandwidth: Some(50_000),
            loss: 0.2,
        };
        let mut pair = pair();
        let ended = pair.align_large(&World::new(seed).with_link(link)).await;
        pair.check(ended);
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_cut_ends_the_run_by_the_network_s_fault() {
    let (world, mut pair) = (World::new(1), pair());
    world.cut(&hospital(), &insurer());
    let errors = pair.align_large(&world).await.errors();
    assert_eq!(errors.len(), 2);
    let network = errors.iter().any(|error| error.fault() == Fault::Network);
    assert!(network, "{errors:?}");
    world.mend(&hospital(), &insurer());
    let again = pair.align_large(&world).await;
    pair.check(again);
}
