//! What a check costs, by the formula of docs/protocols/dictionary.md.

use std::collections::BTreeMap;

use consilium_mailbox::sim::World;

use crate::world::{Check, body};

#[tokio::test(start_paused = true)]
async fn a_list_takes_seven_bytes_a_code_and_a_compared_code_64() {
    let (world, mut check) = (World::new(1), Check::new());
    check.terms.most_codes = 512;
    let ended = check.run(&world).await;
    check.check(ended);
    let (mut bytes, mut frames) = (BTreeMap::<String, usize>::new(), 0);
    for frame in world.transcript() {
        *bytes.entry(frame.step.to_string()).or_default() += body(&frame).len();
        frames += 1;
    }
    let got = |step: &str| bytes[step];
    // 1024 tags of 51.6 bits.
    assert!(
        (6560..6680).contains(&got("psi-unbalanced.1.tabled")),
        "{bytes:?}"
    );
    assert_eq!(got("psi-unbalanced.1.blinded"), 512 * 32 + 3);
    assert_eq!(got("psi-unbalanced.1.evaluated"), 512 * 32 + 3);
    // Two codes of three letters with a length and a band each; a count, two bands of two bytes.
    assert_eq!(got("dictionary.1.answered"), 1 + 2 * 5 + 4);
    assert_eq!(frames, 8);
}
