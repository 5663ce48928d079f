//! Crashes of each party at each step, slow and lossy links.

use std::time::Duration;

use consilium_mailbox::{
    Fault, PartyId,
    sim::{Crash, Link, Moment, World},
};
use consilium_psi::{
    Epsilon,
    ecdh::{Counted, Shown},
};

use super::wire::STEPS;
use crate::pair::{MOMENTS, Pair, hospital, insurer};

/// Steps of one message for each party.
const ONCE: [&str; 2] = ["psi-ecdh.1.declared", "psi-ecdh.1.common"];

fn crash(party: &PartyId, step: &str, nth: usize, moment: Moment) -> Crash {
    Crash {
        party: party.clone(),
        step: step.into(),
        nth,
        moment,
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_of_either_party_at_any_step_is_named_and_the_repetition_succeeds() {
    for dead in [hospital(), insurer()] {
        for step in &STEPS[..6] {
            for moment in MOMENTS {
                let turns = if ONCE.contains(step) { 1 } else { 2 };
                for nth in 0..turns {
                    let (world, mut pair) = (World::new(1), Pair::new(40, 50, 20));
                    world.crash(crash(&dead, step, nth, moment));
                    let ended = pair.align(&world).await;
                    assert!(ended.of(&dead).is_err(), "{dead} {step} {nth} {moment:?}");
                    ended.check_survivor(&dead);
                    let again = pair.align(&world).await;
                    pair.check(again);
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_the_noised_answer_is_named_and_the_repetition_gives_the_same() {
    let epsilon = Epsilon::thousandths(100).unwrap();
    let shown = Shown::Noised {
        counter: hospital(),
        epsilon,
    };
    let undisturbed = Pair::new(40, 50, 20).count(&World::new(1), &shown).await;
    let expected = undisturbed.both();
    for dead in [hospital(), insurer()] {
        for moment in MOMENTS {
            let (world, mut pair) = (World::new(1), Pair::new(40, 50, 20));
            world.crash(crash(&dead, "psi-ecdh.1.noised", 0, moment));
            let first = pair.count(&world, &shown).await;
            first.check_survivor(&dead);
            assert_eq!(pair.count(&world, &shown).await.both(), expected);
            assert_eq!(expected.0, Counted::Exact(20));
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
        let mut pair = Pair::new(70, 40, 33);
        let ended = pair.align(&World::new(seed).with_link(link)).await;
        pair.check(ended);
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_cut_ends_the_run_by_the_network_s_fault() {
    let (world, mut pair) = (World::new(1), Pair::new(70, 40, 33));
    world.cut(&hospital(), &insurer());
    let errors = pair.align(&world).await.errors();
    assert_eq!(errors.len(), 2);
    let network = errors.iter().any(|error| error.fault() == Fault::Network);
    assert!(network, "{errors:?}");
    world.mend(&hospital(), &insurer());
    let again = pair.align(&world).await;
    pair.check(again);
}
