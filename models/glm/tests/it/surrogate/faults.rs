//! Crashes, tampering and what the messages show.

use std::collections::BTreeMap;

use consilium_glm::{Family, GlmError, Regression, Table, surrogate::Order};
use consilium_mailbox::{
    Content, Fault, Frame, PartyId, RunId,
    sim::{Crash, Moment, World},
};

use super::{Outcome, agreed, fit, fit_with};
use crate::world::{parties, party, study};

const MODEL: &str = "glm-surrogate.1.model";
const LEAD: &str = "glm-surrogate.1.lead";
const INPUT: &str = "plain-sum.1.input";
const RUN: RunId = RunId([7; 16]);

async fn fit_in(world: &World, regression: &Regression, tables: &[Table]) -> Outcome {
    let mail = world.mailboxes(&parties(tables.len()), RUN);
    fit_with(mail, (regression, tables), &agreed(1, 2, Order::Second)).await
}

#[tokio::test(start_paused = true)]
async fn a_crash_anywhere_gives_the_fit_of_all_or_a_named_error() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180], 4);
    let whole = fit(&regression, &tables, &agreed(1, 2, Order::Second)).await;
    let whole = whole.aggregator.unwrap();
    for who in parties(3) {
        for step in [MODEL, LEAD, INPUT] {
            for moment in [Moment::BeforeSend, Moment::AfterSend, Moment::OnReceive] {
                for nth in 0..6 {
                    let world = World::new(1).without_transcript();
                    let (party, step) = (who.clone(), step.to_owned());
                    world.crash(Crash {
                        party,
                        step,
                        nth,
                        moment,
                    });
                    let outcome = fit_in(&world, &regression, &tables).await;
                    if let Ok(fit) = &outcome.aggregator {
                        assert_eq!(*fit, whole);
                    }
                    for contributor in outcome.contributors {
                        match contributor {
                            Ok(published) => assert_eq!(published, whole.publish()),
                            Err(error) => assert!(!error.to_string().is_empty()),
                        }
                    }
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_sum_without_somebody_ends_the_fit_and_says_who() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180], 4);
    for (nth, who) in [(0, "hospital-0"), (1, "hospital-2"), (2, "hospital-0")] {
        let world = World::new(1);
        world.crash(Crash {
            party: party(who),
            step: INPUT.to_owned(),
            nth,
            moment: Moment::BeforeSend,
        });
        let error = fit_in(&world, &regression, &tables).await.aggregator;
        let error = error.unwrap_err();
        let is_named = matches!(&error, GlmError::Incomplete { party } if party.as_str() == who);
        assert!(is_named, "{error}");
        assert_eq!(error.fault(), Fault::Network);
    }
}

/// Cuts the end off the nth frame of a step from one party to another.
fn shorten(world: &World, (sender, receiver): (&str, &str), step: &'static str, nth: usize) {
    let (sender, receiver) = (party(sender), party(receiver));
    let mut seen = 0;
    world.tamper(move |frame: &mut Frame| {
        if frame.sender == sender && frame.receiver == receiver && &*frame.step == step {
            if let (true, Content::Body(body)) = (seen == nth, &mut frame.content) {
                body.truncate(body.len() - 3);
            }
            seen += 1;
        }
    });
}

#[tokio::test(start_paused = true)]
async fn what_was_cut_is_blamed_on_its_sender() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180], 4);
    // To the lead: moments, begin, candidate, totals, candidate, totals.
    for nth in 1..6 {
        let world = World::new(1);
        shorten(&world, ("aggregator", "hospital-1"), MODEL, nth);
        let outcome = fit_in(&world, &regression, &tables).await;
        let error = outcome.contributors[1].as_ref().unwrap_err();
        assert_eq!(
            error.fault(),
            Fault::Peer(party("aggregator")),
            "{nth}: {error}"
        );
        assert!(outcome.aggregator.is_err());
    }
    for nth in 0..3 {
        let world = World::new(1);
        shorten(&world, ("hospital-1", "aggregator"), LEAD, nth);
        let outcome = fit_in(&world, &regression, &tables).await;
        let error = outcome.aggregator.unwrap_err();
        assert_eq!(
            error.fault(),
            Fault::Peer(party("hospital-1")),
            "{nth}: {error}"
        );
    }
}

/// Steps and lengths of the frames of each way.
fn shape_of(world: &World) -> BTreeMap<(PartyId, PartyId, String), Vec<usize>> {
    let mut shape: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for frame in world.transcript() {
        let (sender, receiver) = (frame.sender.clone(), frame.receiver.clone());
        let way = (sender, receiver, frame.step.to_string());
        shape.entry(way).or_default().push(frame.wire_len());
    }
    shape
}

#[tokio::test(start_paused = true)]
async fn other_patients_give_the_same_steps_and_lengths() {
    let mut shapes = Vec::new();
    for seed in 0..6 {
        let (regression, tables) = study(Family::Logistic, &[160 + seed, 170, 180], seed as u64);
        let world = World::new(1);
        let outcome = fit_in(&world, &regression, &tables).await;
        outcome.aggregator.unwrap();
        shapes.push(shape_of(&world));
    }
    assert!(shapes.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test(start_paused = true)]
async fn no_row_occurs_in_any_frame_and_only_the_lead_hears_of_totals() {
    let (regression, tables) = study(Family::Gaussian, &[60, 70, 80], 2);
    let world = World::new(1);
    let outcome = fit_in(&world, &regression, &tables).await;
    assert!(outcome.aggregator.is_ok());
    let frames = world.transcript();
    let bodies = frames.iter().filter_map(|frame| match &frame.content {
        Content::Body(body) => Some(body),
        Content::Aborted(_) => None,
    });
    let bodies: Vec<_> = bodies.collect();
    for (features, label) in tables.iter().flat_map(Table::iter) {
        // The 0/1 column is everywhere; numbers of sixteen digits are nowhere by chance.
        let values = features[..3].iter().copied().chain([label]);
        for value in values.filter(|value| !value.is_nan()) {
            let bytes = value.to_le_bytes();
            let mut windows = bodies.iter().flat_map(|body| body.windows(8));
            assert!(!windows.any(|window| window == bytes));
        }
    }
    // Moments, two candidates and the fit to each; begin and two totals to the lead besides.
    for (name, models) in [("hospital-0", 4), ("hospital-1", 7), ("hospital-2", 4)] {
        let to = |frame: &&Frame| frame.receiver == party(name) && &*frame.step == MODEL;
        assert_eq!(frames.iter().filter(to).count(), models, "{name}");
        let from = |frame: &&Frame| frame.sender == party(name) && &*frame.step == LEAD;
        let answers = if name == "hospital-1" { 3 } else { 0 };
        assert_eq!(frames.iter().filter(from).count(), answers, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_round_that_makes_things_worse_is_refused() {
    let (regression, tables) = study(Family::Logistic, &[30, 300, 300], 7);
    let world = World::new(1);
    let mail = world.mailboxes(&parties(3), RUN);
    let outcome = fit_with(mail, (&regression, &tables), &agreed(0, 2, Order::First)).await;
    let error = outcome.aggregator.unwrap_err().to_string();
    assert!(error.contains("let another lead"), "{error}");
    // Its own model and the first solution: it was not asked for the second.
    let frames = world.transcript();
    let answers = frames.iter().filter(|frame| &*frame.step == LEAD);
    assert_eq!(answers.count(), 2);
}
