//! Crashes of each party at each step, slow and lossy links.

use std::time::Duration;

use consilium_mailbox::{
    Fault,
    sim::{Crash, Link, Moment, World},
};

use crate::world::{Check, insurer, party};

#[tokio::test(start_paused = true)]
async fn a_crash_of_either_party_at_any_step_is_named_and_the_repetition_succeeds() {
    let hospital = party("hospital");
    for (sender, step) in [
        (insurer(), "psi-unbalanced.1.declared"),
        (insurer(), "psi-unbalanced.1.described"),
        (insurer(), "psi-unbalanced.1.tabled"),
        (hospital.clone(), "psi-unbalanced.1.blinded"),
        (insurer(), "psi-unbalanced.1.charged"),
        (insurer(), "psi-unbalanced.1.evaluated"),
        (hospital.clone(), "dictionary.1.answered"),
    ] {
        for moment in [Moment::BeforeSend, Moment::OnReceive] {
            let receiver = if sender == insurer() {
                hospital.clone()
            } else {
                insurer()
            };
            let dead = if moment == Moment::BeforeSend {
                sender.clone()
            } else {
                receiver
            };
            let (world, mut check) = (World::new(1), Check::new());
            world.crash(Crash {
                party: dead.clone(),
                step: step.into(),
                nth: 0,
                moment,
            });
            let ended = check.run(&world).await;
            let answer = ended.respondents.into_values().next().unwrap();
            let (died, survivor) = if dead == insurer() {
                (ended.holder.is_err(), answer.err())
            } else {
                (answer.is_err(), ended.holder.err())
            };
            assert!(died, "{dead} {step}");
            // A respondent is done once its answer has left.
            let done = step == "dictionary.1.answered" && dead == insurer();
            match survivor {
                Some(error) => assert_eq!(error.fault(), Fault::Peer(dead), "{step}: {error}"),
                None => assert!(done, "{dead} {step}"),
            }
            let again = check.run(&world).await;
            check.check(again);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slow_and_lossy_links_change_nothing() {
    for seed in 0..3 {
        let link = Link {
            latency: Duration::from_millis(300),
            bandwidth: Some(20_000),
            loss: 0.2,
        };
        let mut check = Check::new();
        let ended = check.run(&World::new(seed).with_link(link)).await;
        check.check(ended);
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_run_sends_the_same() {
    let (world, mut check) = (World::new(1), Check::new());
    check.run(&world).await;
    let first: Vec<_> = world.transcript();
    check.run(&world).await;
    let second = world.transcript().split_off(first.len());
    let bodies = |frames: &[consilium_mailbox::Frame]| {
        let mut bodies: Vec<_> = frames
            .iter()
            .map(|it| {
                (
                    it.step.to_string(),
                    it.sender.clone(),
                    crate::world::body(it).to_vec(),
                )
            })
            .collect();
        bodies.sort();
        bodies
    };
    assert!(bodies(&first) == bodies(&second));
}
