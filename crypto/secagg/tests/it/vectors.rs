//! Numbers computed elsewhere, and a run that must not change.

use std::fmt::Write as _;

use consilium_base::Tagged;
use consilium_mailbox::{Content, sim::World};
use consilium_secagg::{Assumed, Thresholds};

use crate::federation::{Federation, shape};

#[test]
fn thresholds_are_those_of_exact_fractions() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../vectors/thresholds.json")).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        let number = |name: &str| usize::try_from(case[name].as_u64().unwrap()).unwrap();
        let thresholds = Thresholds::safe(Assumed {
            contributors: number("contributors"),
            colluding: Some(number("colluding")),
            dropouts: number("dropouts"),
        });
        let thresholds = thresholds.unwrap();
        assert_eq!(
            thresholds.neighbourhood(),
            number("neighbourhood"),
            "{case}"
        );
        assert_eq!(thresholds.shares(), number("shares"), "{case}");
        assert_eq!(thresholds.signatures(), number("signatures"), "{case}");
    }
}

#[test]
fn a_third_may_collude_unless_the_plan_says_otherwise() {
    for (contributors, colluding) in [(3, 1), (4, 1), (6, 2), (100, 33)] {
        let assumed = Assumed {
            contributors,
            colluding: None,
            dropouts: 0,
        };
        assert_eq!(Thresholds::safe(assumed).unwrap().colluding(), colluding);
    }
}

/// Two sums of five contributors, the second on carried material, every frame hashed.
#[tokio::test(start_paused = true)]
async fn the_frames_of_a_seeded_run_have_not_changed() {
    let (federation, world) = (Federation::of(5), World::new(1));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    for number in 0..2 {
        let shape = shape(number.into(), 50, 20);
        let ended = federation
            .run(&world, number, shape, &mut aggregator, &mut members)
            .await;
        ended.opened.unwrap();
    }
    let mut frames = world.transcript();
    frames.sort_by(|one, next| {
        let key = |it: &consilium_mailbox::Frame| {
            (it.run.0, it.sender.clone(), it.receiver.clone(), it.number)
        };
        key(one).cmp(&key(next))
    });
    let mut hash = Tagged::new("test.1.transcript");
    for frame in &frames {
        let Content::Body(body) = &frame.content else {
            panic!("nobody gives up")
        };
        hash = hash.field(frame.sender.as_str().as_bytes());
        hash = hash.field(frame.receiver.as_str().as_bytes());
        hash = hash
            .field(frame.scope.as_bytes())
            .field(frame.step.as_bytes())
            .field(body);
    }
    let digest = hash.digest().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    let frozen: serde_json::Value =
        serde_json::from_str(include_str!("../../vectors/transcript.json")).unwrap();
    let now = (frames.len(), digest.as_str());
    let then = (
        frozen["frames"].as_u64().unwrap(),
        frozen["hash"].as_str().unwrap(),
    );
    assert_eq!((now.0 as u64, now.1), then);
}
