//! What the aggregator sees says nothing of the rows.

use consilium_mailbox::{Content, Frame, PartyId, RunId, sim::World};
use consilium_statistics::Agreement;

use crate::world::{parties, plain_sums, raw, raws, run, specification, tables};

/// A run over sums without protection, so that the second mask is all there is.
async fn transcript(worlds: &[crate::world::Raw]) -> Vec<Frame> {
    let agreement = Agreement::new(specification()).unwrap();
    let tables = tables(&agreement, worlds);
    let world = World::new(9);
    let parties = parties(tables.len());
    let mail = world.mailboxes(&parties, RunId([7; 16]));
    let ran = run(mail, plain_sums(&parties), (&agreement, &tables)).await;
    assert!(ran.findings().rows.is_some());
    world.transcript()
}

fn body(frame: &Frame) -> &[u8] {
    match &frame.content {
        Content::Body(body) => body,
        Content::Aborted(_) => &[],
    }
}

/// What the aggregator has in its hands: frames to it and from it.
fn seen<'a>(frames: &'a [Frame], aggregator: &PartyId) -> impl Iterator<Item = &'a Frame> {
    let aggregator = aggregator.clone();
    frames
        .iter()
        .filter(move |frame| frame.sender == aggregator || frame.receiver == aggregator)
}

#[tokio::test(start_paused = true)]
async fn other_rows_give_the_same_steps_and_lengths() {
    let shape = |frames: &[Frame]| {
        let mut shape: Vec<_> = frames
            .iter()
            .map(|frame| {
                let way = (frame.sender.to_string(), frame.receiver.to_string());
                let step = (frame.scope.to_string(), frame.step.to_string());
                (way, step, body(frame).len())
            })
            .collect();
        shape.sort();
        shape
    };
    let one = transcript(&raws(3, 60)).await;
    let other = transcript(&[raw(30, 0.0, 8), raw(700, 0.5, 9), raw(400, 0.0, 10)]).await;
    assert_eq!(shape(&one), shape(&other));
}

/// Pearson's statistic of 255 degrees of freedom is above 400 once in 10^8 times; seeds are fixed.
#[tokio::test(start_paused = true)]
async fn the_aggregator_sees_uniform_bytes() {
    let frames = transcript(&raws(3, 60)).await;
    let aggregator = &parties(3)[0];
    let mut by_step = std::collections::BTreeMap::<String, [f64; 256]>::new();
    let mut bytes = 0;
    // What it sends is the same to all.
    let is_new = |frame: &&Frame| frame.sender != *aggregator || frame.receiver == parties(3)[1];
    for frame in seen(&frames, aggregator).filter(is_new) {
        // The elements end the message in both steps, after less than that many bytes.
        let elements = &body(frame)[64..];
        for byte in elements {
            by_step.entry(frame.step.to_string()).or_insert([0.0; 256])[usize::from(*byte)] += 1.0;
        }
        bytes += elements.len();
    }
    assert!(bytes > 150_000, "{bytes}");
    assert_eq!(by_step.len(), 2, "sums and what is made of them");
    for (step, seen) in by_step {
        let expected = seen.iter().sum::<f64>() / 256.0;
        let statistic: f64 = seen
            .iter()
            .map(|seen| (seen - expected).powi(2) / expected)
            .sum();
        assert!(statistic < 400.0, "{step}: {statistic}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_value_and_no_key_passes_the_aggregator() {
    let frames = transcript(&raws(3, 60)).await;
    let parties = parties(3);
    for frame in seen(&frames, &parties[0]) {
        let step = frame.step.as_ref();
        assert!(
            ["plain-sum.1.input", "statistics.1.summed"].contains(&step),
            "{step}"
        );
        for canary in ["I000", "I001", "I002"] {
            let found = body(frame)
                .windows(4)
                .filter(|window| *window == canary.as_bytes());
            // By chance once in some thousand frames.
            assert!(found.count() < 3, "{step}");
        }
    }
    let direct: Vec<_> = frames
        .iter()
        .filter(|frame| frame.sender != parties[0] && frame.receiver != parties[0])
        .filter(|frame| matches!(frame.content, Content::Body(_)))
        .map(|frame| (frame.step.to_string(), body(frame).len()))
        .collect();
    let of = |step: &str, len: usize| {
        direct
            .iter()
            .filter(|found| **found == (step.to_owned(), len))
            .count()
    };
    assert_eq!(of("statistics.1.key", 33), 2);
    assert_eq!(of("statistics.1.same", 32), 6);
    assert_eq!(direct.len(), 8);
}
