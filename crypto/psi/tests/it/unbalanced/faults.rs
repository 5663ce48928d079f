//! Crashes of each party at each step, slow and lossy links.

use std::time::Duration;

use consilium_mailbox::{
    Fault,
    sim::{Crash, Link, Moment, World},
};

use super::{desk::Desk, wire::STEPS};
use crate::pair::{MOMENTS, hospital, insurer};

/// Steps of several messages here.
const CHUNKED: [&str; 3] = [
    "psi-unbalanced.1.blinded",
    "psi-unbalanced.1.evaluated",
    "psi-unbalanced.1.matched",
];

#[tokio::test(start_paused = true)]
async fn a_crash_of_either_party_at_any_step_is_named_and_the_repetition_succeeds() {
    for dead in [hospital(), insurer()] {
        for step in STEPS {
            for moment in MOMENTS {
                // One of both sends most steps, the other receives them.
                let sends = matches!(
                    *step,
                    "psi-unbalanced.1.blinded"
                        | "psi-unbalanced.1.counted"
                        | "psi-unbalanced.1.matched"
                ) == (dead == hospital());
                let both = *step == "psi-unbalanced.1.declared";
                if !both && sends == (moment == Moment::OnReceive) {
                    continue;
                }
                let turns = if CHUNKED.contains(step) { 2 } else { 1 };
                for nth in 0..turns {
                    let (world, mut desk) = (World::new(1), Desk::new(40, 50, 20));
                    world.crash(Crash {
                        party: dead.clone(),
                        step: (*step).into(),
                        nth,
                        moment,
                    });
                    let ended = desk.align(&world).await;
                    let died = ended.of(&dead).is_err();
                    // Whoever has sent its last message is done.
                    let last = *step == "psi-unbalanced.1.matched" && nth == 1;
                    let done = last && dead == hospital() && moment == Moment::AfterSend;
                    assert!(died || done, "{dead} {step} {nth} {moment:?}");
                    ended.check_survivor(&dead);
                    let again = desk.align(&world).await;
                    desk.check(again);
                    assert_eq!(desk.ledger.used(), 40);
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slow_and_lossy_links_change_nothing() {
    for seed in 0..5 {
        let link = Link {
            latency: Duration::from_millis(300),
            bandwidth: Some(20_000),
            loss: 0.2,
        };
        let mut desk = Desk::new(70, 400, 33);
        let ended = desk.align(&World::new(seed).with_link(link)).await;
        desk.check(ended);
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_cut_ends_the_run_by_the_network_s_fault() {
    let (world, mut desk) = (World::new(1), Desk::new(70, 40, 33));
    world.cut(&hospital(), &insurer());
    let errors = desk.align(&world).await.errors();
    assert_eq!(errors.len(), 2);
    let network = errors.iter().any(|error| error.fault() == Fault::Network);
    assert!(network, "{errors:?}");
    world.mend(&hospital(), &insurer());
    let again = desk.align(&world).await;
    desk.check(again);
}
