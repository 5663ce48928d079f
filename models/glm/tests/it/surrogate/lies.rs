//! Aggregators and leads that don't keep to the protocol.

use consilium_glm::{Family, GlmError, Regression, Table, surrogate::Order};
use consilium_mailbox::{Content, Fault, Frame, RunId, sim::World};

use super::{Outcome, agreed, fit_with};
use crate::world::{parties, party, study};

/// Approximates while the bytes of one kind of frame to or from the lead are replaced.
async fn forged(
    (sender, step): (&'static str, &'static str),
    nth: usize,
    forge: impl Fn(&mut Vec<u8>) + Send + 'static,
) -> Outcome {
    let (regression, tables): (Regression, Vec<Table>) =
        study(Family::Logistic, &[160, 170, 180], 4);
    let world = World::new(1);
    let lead = party("hospital-1");
    let mut seen = 0;
    world.tamper(move |frame: &mut Frame| {
        let is_of_lead = frame.sender == lead || frame.receiver == lead;
        if frame.sender.as_str() == sender && is_of_lead && &*frame.step == step {
            if let (true, Content::Body(body)) = (seen == nth, &mut frame.content) {
                let mut bytes = body.to_vec();
                forge(&mut bytes);
                *body = bytes.into();
            }
            seen += 1;
        }
    });
    let mail = world.mailboxes(&parties(3), RunId([7; 16]));
    fit_with(mail, (&regression, &tables), &agreed(1, 2, Order::Second)).await
}

/// The last eight bytes of a message are a number in all that are forged here.
#[expect(clippy::ptr_arg, reason = "others change the length")]
fn no_number(bytes: &mut Vec<u8>) {
    let end = bytes.len() - 8;
    bytes[end..].copy_from_slice(&f64::NAN.to_le_bytes());
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_no_numbers_are_blamed_on_the_lead() {
    for nth in 0..3 {
        let outcome = forged(("hospital-1", "glm-surrogate.1.lead"), nth, no_number).await;
        let error = outcome.aggregator.unwrap_err();
        assert!(matches!(error, GlmError::BadEstimate { .. }), "{error}");
        assert_eq!(error.fault(), Fault::Peer(party("hospital-1")));
    }
}

/// Writes a number in the place of the last one.
fn number(value: f64) -> impl Fn(&mut Vec<u8>) + Send + 'static {
    move |bytes| {
        let end = bytes.len() - 8;
        bytes[end..].copy_from_slice(&value.to_le_bytes());
    }
}

#[tokio::test(start_paused = true)]
async fn a_lead_has_no_wall_looked_at_and_no_point_of_its_choice_first() {
    for value in [21.0, -1e300, 0.005, f64::INFINITY] {
        let outcome = forged(("hospital-1", "glm-surrogate.1.lead"), 0, number(value)).await;
        let error = outcome.aggregator.unwrap_err();
        assert!(matches!(error, GlmError::BadEstimate { .. }), "{error}");
        // Nobody was asked to add up there.
        for contributor in outcome.contributors {
            let error = contributor.unwrap_err();
            assert!(!matches!(error, GlmError::Failed(_)), "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_contributor_refuses_a_wall_whoever_asks() {
    // Moments, the candidate of each round; the first in steps of 0.01.
    for (nth, value) in [(1, 21.0), (1, 0.005), (2, -1e300)] {
        let (regression, tables): (Regression, Vec<Table>) =
            study(Family::Logistic, &[160, 170, 180], 4);
        let world = World::new(1);
        let mut seen = 0;
        world.tamper(move |frame: &mut Frame| {
            let is_question = &*frame.step == "glm-surrogate.1.model";
            if frame.receiver == party("hospital-2") && is_question {
                if let (true, Content::Body(body)) = (seen == nth, &mut frame.content) {
                    let mut bytes = body.to_vec();
                    number(value)(&mut bytes);
                    *body = bytes.into();
                }
                seen += 1;
            }
        });
        let mail = world.mailboxes(&parties(3), RunId([7; 16]));
        let outcome = fit_with(mail, (&regression, &tables), &agreed(1, 2, Order::Second)).await;
        let error = outcome.contributors[2].as_ref().unwrap_err();
        assert!(matches!(error, GlmError::BadModel { .. }), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_lead_looks_at_nothing_but_what_it_answered() {
    // Moments, begin, candidate, totals, candidate.
    for nth in [2, 4] {
        let forge = number(0.37);
        let outcome = forged(("aggregator", "glm-surrogate.1.model"), nth, forge).await;
        let error = outcome.contributors[1].as_ref().unwrap_err();
        assert!(matches!(error, GlmError::BadModel { .. }), "{nth}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_another_question_is_blamed_on_the_lead() {
    // 2 is the lead's "none"; an estimate in the place of a solution is answer 0.
    for (nth, answer) in [(0, vec![1, 0, 0, 0]), (1, vec![0, 0]), (1, vec![0, 1])] {
        let forge = move |bytes: &mut Vec<u8>| {
            bytes.clear();
            bytes.extend(&answer);
            bytes.resize(bytes.len() + 8 * usize::from(answer[1]), 0);
        };
        let outcome = forged(("hospital-1", "glm-surrogate.1.lead"), nth, forge).await;
        let error = outcome.aggregator.unwrap_err();
        assert_eq!(error.fault(), Fault::Peer(party("hospital-1")), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn totals_that_are_none_are_blamed_on_the_aggregator() {
    // Moments, begin, candidate, totals.
    let outcome = forged(("aggregator", "glm-surrogate.1.model"), 3, no_number).await;
    let error = outcome.contributors[1].as_ref().unwrap_err();
    assert!(matches!(error, GlmError::BadModel { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_lead_answers_once_and_in_its_turn() {
    // Other kinds of messages in the place of each that is due: begin (1) and totals (3) become
    // "begin" out of turn or are made a sum's question again.
    for (nth, kind) in [(0, 1), (0, 3), (1, 0), (2, 1), (2, 0), (3, 1), (4, 3)] {
        let forge = move |bytes: &mut Vec<u8>| bytes[0] = kind;
        let outcome = forged(("aggregator", "glm-surrogate.1.model"), nth, forge).await;
        let error = outcome.contributors[1].as_ref().unwrap_err();
        let blamed = error.fault() == Fault::Peer(party("aggregator"));
        assert!(blamed, "{nth} {kind}: {error}");
        assert!(outcome.aggregator.is_err());
    }
}
