//! Crashes, tampering and what the messages show.

use std::collections::BTreeMap;

use consilium_gbdt::{
    Objective, Specification, Table,
    horizontal::{Agreement, HorizontalError},
};
use consilium_mailbox::{
    Content, Fault, Frame, PartyId, RunId,
    sim::{Crash, Moment, World},
};

use super::{
    shrinking::regrown,
    world::{Outcome, fit_with, parties, party, specification, study},
};

const TURN: &str = "gbdt-histogram.1.turn";
const INPUT: &str = "plain-sum.1.input";
const RUN: RunId = RunId([7; 16]);

/// Two trees: fourteen turns.
fn short(objective: Objective) -> Specification {
    Specification {
        trees: 2,
        ..specification(objective)
    }
}

async fn fit_in(world: &World, agreement: &Agreement, tables: &[Table]) -> Outcome {
    let mail = world.mailboxes(&parties(tables.len()), RUN);
    fit_with(mail, tables.len() - 1, agreement, tables).await
}

/// Everybody has ended; whoever has a fit has the one of those who are in it.
fn assert_right_or_named(outcome: &Outcome, agreement: &Agreement, tables: &[Table]) {
    if let Ok(fit) = &outcome.aggregator {
        assert_eq!(regrown(agreement, tables, fit), fit.ensemble().trees());
    }
    for contributor in &outcome.contributors {
        match contributor {
            Ok(published) => {
                let fit = outcome.aggregator.as_ref().unwrap();
                assert_eq!(*published, fit.publish(agreement).unwrap());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_anywhere_gives_the_trees_of_the_others_or_a_named_error() {
    let (agreement, tables) = study(short(Objective::Logistic), &[60, 70, 80]);
    for who in parties(3) {
        for (step, moment) in [
            (TURN, Moment::BeforeSend),
            (TURN, Moment::AfterSend),
            (TURN, Moment::OnReceive),
            (INPUT, Moment::BeforeSend),
            (INPUT, Moment::AfterSend),
            (INPUT, Moment::OnReceive),
        ] {
            for nth in 0..15 {
                let world = World::new(1).without_transcript();
                let (party, step) = (who.clone(), step.to_owned());
                world.crash(Crash {
                    party,
                    step,
                    nth,
                    moment,
                });
                let outcome = fit_in(&world, &agreement, &tables).await;
                assert_right_or_named(&outcome, &agreement, &tables);
            }
        }
    }
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
async fn a_question_that_was_cut_is_blamed_on_the_aggregator() {
    let (agreement, tables) = study(short(Objective::Logistic), &[160, 170, 180]);
    let world = World::new(1);
    shorten(&world, "aggregator", TURN, 3 * 7 + 1);
    let outcome = fit_in(&world, &agreement, &tables).await;
    assert_right_or_named(&outcome, &agreement, &tables);
    let error = outcome.contributors[1].as_ref().unwrap_err();
    assert_eq!(error.fault(), Fault::Peer(party("aggregator")));
}

#[tokio::test(start_paused = true)]
async fn a_vector_that_was_cut_leaves_its_hospital_out() {
    let (agreement, tables) = study(short(Objective::Logistic), &[160, 170, 80]);
    let world = World::new(1);
    shorten(&world, "hospital-2", INPUT, 6);
    let outcome = fit_in(&world, &agreement, &tables).await;
    assert_right_or_named(&outcome, &agreement, &tables);
    assert_eq!(
        outcome.aggregator.unwrap().contributors(),
        &parties(3)[1..3]
    );
    let left_out = outcome.contributors[2].as_ref().unwrap_err();
    assert!(
        matches!(left_out, HorizontalError::LeftOut { .. }),
        "{left_out}"
    );
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
async fn who_has_which_patients_shows_in_no_step_or_length() {
    let (agreement, tables) = study(short(Objective::Logistic), &[160, 170, 180]);
    let mut shapes = Vec::new();
    for order in [[0, 1, 2], [1, 2, 0], [2, 1, 0]] {
        let tables = order.map(|place: usize| tables[place].clone());
        let world = World::new(1);
        let outcome = fit_in(&world, &agreement, &tables).await;
        outcome.aggregator.unwrap();
        shapes.push(shape_of(&world));
    }
    assert!(shapes.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test(start_paused = true)]
async fn no_row_occurs_in_any_frame() {
    let (agreement, tables) = study(short(Objective::Squared), &[60, 70, 80]);
    let world = World::new(1);
    let outcome = fit_in(&world, &agreement, &tables).await;
    assert!(outcome.aggregator.is_ok());
    let frames = world.transcript();
    let shows = |value: f64| {
        let bytes = value.to_le_bytes();
        frames.iter().any(|frame| match &frame.content {
            Content::Body(body) => body.windows(8).any(|window| window == bytes),
            Content::Aborted(_) => false,
        })
    };
    for table in &tables {
        let columns = table.values().flatten().chain(table.labels());
        // Whole numbers are everywhere; numbers of sixteen digits are nowhere by chance.
        let canaries = columns.filter(|value| value.fract() != 0.0 && !value.is_nan());
        let shown = canaries.filter(|value| shows(**value)).count();
        assert_eq!(shown, 0);
    }
}
