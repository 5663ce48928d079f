//! Crashes of each party at each step, slow and lossy links, repetitions.

use std::time::Duration;

use consilium_mailbox::{
    Fault, Frame,
    sim::{Crash, Link, Moment, World},
};
use consilium_value::Method;

use crate::world::{Study, body, parties, party};

const STEPS: [(&str, &str); 6] = [
    ("hospital-1", "value.1.judges"),
    ("hospital-1", "plain-sum.1.input"),
    ("aggregator", "value.1.reached"),
    ("aggregator", "value.1.totals"),
    ("hospital-1", "value.1.own"),
    ("aggregator", "value.1.values"),
];

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_step_is_named_by_whoever_waits() {
    let study = Study::logistic(Method::Shapley);
    for (sender, step) in STEPS {
        for moment in [Moment::BeforeSend, Moment::OnReceive] {
            let at_aggregator = (sender == "aggregator") == (moment == Moment::BeforeSend);
            let dead = party(if at_aggregator {
                "aggregator"
            } else {
                "hospital-1"
            });
            let world = World::new(1);
            world.crash(Crash {
                party: dead.clone(),
                step: step.to_owned(),
                nth: 0,
                moment,
            });
            let ended = study.run(&world).await;
            let mut all: Vec<_> = vec![ended.aggregator.map(|_| ())];
            all.extend(ended.contributors.into_iter().map(|it| it.map(|_| ())));
            for (who, result) in parties(5).into_iter().zip(all) {
                // Once the values have left, nobody waits for a hospital any more.
                let is_over = step == "value.1.values" && dead != party("aggregator");
                match result {
                    Ok(()) => assert!(is_over && who != dead, "{who} {step} {moment:?}"),
                    Err(error) if who == dead => assert!(!error.to_string().is_empty()),
                    Err(error) => {
                        let blamed = [Fault::Peer(dead.clone()), Fault::Peer(party("aggregator"))];
                        let is_left =
                            blamed.contains(&error.fault()) || error.fault() == Fault::Network;
                        assert!(is_left, "{who} {step} {moment:?}: {error}");
                    }
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slow_and_lossy_links_change_nothing() {
    let study = Study::logistic(Method::Shapley);
    let expected = study.run(&World::new(1)).await.aggregator.unwrap();
    for seed in 0..3 {
        let link = Link {
            latency: Duration::from_millis(300),
            bandwidth: Some(20_000),
            loss: 0.2,
        };
        let ended = study.run(&World::new(seed).with_link(link)).await;
        assert_eq!(ended.aggregator.unwrap(), expected);
        assert!(ended.contributors.iter().all(Result::is_ok));
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_run_sends_the_same() {
    let study = Study::logistic(Method::Shapley);
    let frames = || async {
        let world = World::new(1);
        study.run(&world).await;
        let line = |it: &Frame| {
            (
                it.step.to_string(),
                it.sender.clone(),
                it.receiver.clone(),
                body(it).to_vec(),
            )
        };
        let mut lines: Vec<_> = world.transcript().iter().map(line).collect();
        lines.sort();
        lines
    };
    assert!(frames().await == frames().await);
}
