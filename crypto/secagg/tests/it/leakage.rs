//! What frames tell: the same steps and lengths for all inputs, no canary, uniform vectors.

use consilium_mailbox::{Content, Frame, sim::World};

use crate::{
    federation::{Federation, shape},
    wire::{Masked, STEPS, read},
};

const PAGE: &str = include_str!("../../../../docs/protocols/secagg.md");

fn body(frame: &Frame) -> &[u8] {
    let Content::Body(body) = &frame.content else {
        panic!("nobody gives up")
    };
    body
}

/// Two sums, the second on carried material; gives every frame.
async fn transcript(federation: &Federation) -> Vec<Frame> {
    let world = World::new(1);
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    for number in 0..2 {
        let shape = shape(number.into(), 512, 64);
        let ended = federation
            .run(&world, number, shape, &mut aggregator, &mut members)
            .await;
        assert!(ended.contributed.iter().all(Result::is_ok));
        ended.opened.unwrap();
    }
    world.transcript()
}

#[tokio::test(start_paused = true)]
async fn other_inputs_give_the_same_steps_lengths_and_counts() {
    let mut federation = Federation::of(5);
    let outline = |frames: Vec<Frame>| -> Vec<_> {
        let line = |it: &Frame| {
            let ends = (it.sender.clone(), it.receiver.clone());
            (ends, it.scope.clone(), it.step.clone(), body(it).len())
        };
        frames.iter().map(line).collect()
    };
    let one = outline(transcript(&federation).await);
    federation.other_inputs = true;
    let other = outline(transcript(&federation).await);
    assert_eq!(one, other);
}

#[tokio::test(start_paused = true)]
async fn canaries_in_inputs_and_secrets_occur_in_no_frame() {
    let mut federation = Federation::of(4);
    federation.canary = Some(0xc0de_cafe_d00d_f00d);
    let canary = 0xc0de_cafe_d00d_f00d_u64.to_le_bytes();
    for frame in transcript(&federation).await {
        let found = |needle: &[u8]| body(&frame).windows(needle.len()).any(|it| it == needle);
        assert!(!found(&canary), "{} carries an input", frame.step);
        for index in 0..4 {
            assert!(
                !found(federation.seed_of(index).expose()),
                "{} carries a secret",
                frame.step
            );
        }
    }
    let shown = format!("{:?}", federation.members());
    assert!(!shown.contains("Seed") && !shown.contains("share"));
}

/// Pearson's test over bytes, 255 degrees of freedom: beyond 377 with a chance of 1e-6 for each of
/// the eight vectors; the seed is fixed.
#[tokio::test(start_paused = true)]
async fn masked_vectors_of_zeros_look_uniform() {
    let mut federation = Federation::of(4);
    federation.canary = Some(0);
    let frames = transcript(&federation).await;
    let vectors: Vec<Masked> = frames.iter().filter_map(read::<Masked>).collect();
    assert_eq!(vectors.len(), 8);
    for masked in vectors {
        let mut counts = [0_u32; 256];
        masked
            .vector
            .iter()
            .for_each(|&byte| counts[usize::from(byte)] += 1);
        let expected = masked.vector.len() as f64 / 256.0;
        let term = |&count: &u32| (f64::from(count) - expected).powi(2) / expected;
        let statistic: f64 = counts.iter().map(term).sum();
        assert!(statistic < 377.0, "{statistic}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_step_and_field_is_on_the_protocol_s_page() {
    for frame in transcript(&Federation::of(4)).await {
        assert!(STEPS.contains(&&*frame.step), "{}", frame.step);
    }
    for step in STEPS {
        assert!(
            PAGE.contains(&format!("`{step}`")),
            "{step} is not on the page"
        );
    }
    let fields = [
        "keys",
        "self_mask",
        "graph",
        "fingerprints",
        "neighbours",
        "part",
        "parts",
        "setup",
        "capsule",
        "key_share",
        "self_share",
        "from",
        "capsules",
        "members",
        "cohort",
        "vector",
        "signature",
        "signers",
        "signatures",
        "shares",
    ];
    for field in fields {
        assert!(
            PAGE.contains(&format!("`{field}`")),
            "{field} is not on the page"
        );
    }
}
