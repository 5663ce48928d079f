//! Crashes, tampering and what the messages show.

use std::collections::BTreeMap;

use consilium_glm::{Family, GlmError, Regression, Table, local};
use consilium_mailbox::{
    Content, Fault, Frame, PartyId, RunId,
    sim::{Crash, Moment, World},
};

use crate::world::{Outcome, distance, fit_with, parties, party, study};

const MODEL: &str = "glm-newton.1.model";
const INPUT: &str = "plain-sum.1.input";
const RUN: RunId = RunId([7; 16]);

async fn fit_in(world: &World, regression: &Regression, tables: &[Table]) -> Outcome {
    let mail = world.mailboxes(&parties(tables.len()), RUN);
    fit_with(mail, tables.len() - 1, regression, tables).await
}

/// Everybody has ended; whoever has a fit has the one of those who are in it.
fn assert_right_or_named(outcome: &Outcome, regression: &Regression, tables: &[Table]) {
    if let Ok(fit) = &outcome.aggregator {
        let names = parties(tables.len());
        let place = |party: &PartyId| names.iter().position(|name| name == party).unwrap() - 1;
        let present: Vec<&Table> = fit
            .contributors
            .iter()
            .map(|party| &tables[place(party)])
            .collect();
        let pooled = local::fit(regression, &present).unwrap();
        assert!(distance(fit, &pooled) < 1e-6);
    }
    for contributor in &outcome.contributors {
        match contributor {
            Ok(published) => {
                assert_eq!(*published, outcome.aggregator.as_ref().unwrap().publish());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_anywhere_gives_the_fit_of_the_others_or_a_named_error() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180], 4);
    for who in parties(3) {
        for (step, moment) in [
            (MODEL, Moment::BeforeSend),
            (MODEL, Moment::AfterSend),
            (MODEL, Moment::OnReceive),
            (INPUT, Moment::BeforeSend),
            (INPUT, Moment::AfterSend),
            (INPUT, Moment::OnReceive),
        ] {
            for nth in 0..8 {
                let world = World::new(1).without_transcript();
                let (party, step) = (who.clone(), step.to_owned());
                world.crash(Crash {
                    party,
                    step,
                    nth,
                    moment,
                });
                let outcome = fit_in(&world, &regression, &tables).await;
                assert_right_or_named(&outcome, &regression, &tables);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_hospital_that_dies_is_left_out_and_the_others_go_on() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180], 4);
    let world = World::new(1);
    let (party, step) = (party("hospital-1"), INPUT.to_owned());
    world.crash(Crash {
        party,
        step,
        nth: 2,
        moment: Moment::BeforeSend,
    });
    let outcome = fit_in(&world, &regression, &tables).await;
    assert_right_or_named(&outcome, &regression, &tables);
    let fit = outcome.aggregator.unwrap();
    assert_eq!(
        fit.contributors,
        [parties(3)[1].clone(), parties(3)[3].clone()]
    );
    assert_eq!(fit.rows, 340);
    assert!(outcome.contributors[0].is_ok() && outcome.contributors[2].is_ok());
}

/// Cuts the end off the nth frame of a step from one party.
fn shorten(world: &World, sender: &str, step: &'static str, nth: usize) {
    let sender = party(sender);
    let mut seen = 0;
    world.tamper(move |frame: &mut Frame| {
        if frame.sender == sender && &*frame.step == step {
            if let (true, Content::Body(body)) = (seen == nth, &mut frame.content) {
                body.truncate(body.len() - 8);
            }
            seen += 1;
        }
    });
}

#[tokio::test(start_paused = true)]
async fn a_model_that_was_cut_is_blamed_on_the_aggregator() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180], 4);
    let world = World::new(1);
    shorten(&world, "aggregator", MODEL, 4);
    let outcome = fit_in(&world, &regression, &tables).await;
    assert_right_or_named(&outcome, &regression, &tables);
    let error = outcome.contributors[1].as_ref().unwrap_err();
    assert_eq!(error.fault(), Fault::Peer(party("aggregator")));
}

#[tokio::test(start_paused = true)]
async fn a_vector_that_was_cut_leaves_its_hospital_out() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 80], 4);
    let world = World::new(1);
    shorten(&world, "hospital-2", INPUT, 1);
    let outcome = fit_in(&world, &regression, &tables).await;
    assert_right_or_named(&outcome, &regression, &tables);
    assert_eq!(outcome.aggregator.unwrap().contributors, parties(3)[1..3]);
    let left_out = outcome.contributors[2].as_ref().unwrap_err();
    assert!(matches!(left_out, GlmError::LeftOut { .. }), "{left_out}");
}

/// Steps, lengths and numbers of the frames of each way.
fn shape_of(world: &World) -> BTreeMap<(PartyId, PartyId, String), Vec<usize>> {
    let mut shape: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for frame in world.transcript() {
        let way = (
            frame.sender.clone(),
            frame.receiver.clone(),
            frame.step.to_string(),
        );
        shape.entry(way).or_default().push(frame.wire_len());
    }
    shape
}

#[tokio::test(start_paused = true)]
async fn other_patients_give_the_same_steps_and_lengths() {
    // The same number of sums is what the fits have in common; rows and values differ.
    let mut shapes = Vec::new();
    for seed in 0..6 {
        let (regression, tables) = study(Family::Gaussian, &[60 + seed, 70, 80], seed as u64);
        let world = World::new(1);
        fit_in(&world, &regression, &tables)
            .await
            .aggregator
            .unwrap();
        shapes.push(shape_of(&world));
    }
    assert!(shapes.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test(start_paused = true)]
async fn no_row_occurs_in_any_frame_or_error() {
    let (regression, tables) = study(Family::Gaussian, &[60, 70, 80], 2);
    let world = World::new(1);
    let outcome = fit_in(&world, &regression, &tables).await;
    let frames = world.transcript();
    for (features, label) in tables.iter().flat_map(Table::iter) {
        // The 0/1 column is everywhere; numbers of sixteen digits are nowhere by chance.
        for value in features[..3]
            .iter()
            .copied()
            .chain([label])
            .filter(|value| !value.is_nan())
        {
            let bytes = value.to_le_bytes();
            let shown = frames.iter().any(|frame| match &frame.content {
                Content::Body(body) => body.windows(8).any(|window| window == bytes),
                Content::Aborted(_) => false,
            });
            assert!(!shown);
        }
    }
    assert!(outcome.aggregator.is_ok());
    assert_eq!(format!("{:?}", tables[0]), "Table { rows: 60, .. }");
}
