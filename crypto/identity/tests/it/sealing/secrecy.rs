//! What the relay sees.

use super::*;

/// Runs a conversation of parties that say these texts; gives what each heard.
async fn talk(relay: &Relay, parties: &[PartyId], texts: &[Vec<u8>]) -> Vec<Vec<Bytes>> {
    let sealed = open_all(relay, &members(parties)).await;
    let talks = sealed
        .into_iter()
        .zip(texts)
        .map(|(sealed, text)| converse(mailbox(sealed.unwrap()), text));
    let heard = join_all(talks).await;
    heard.into_iter().map(Result::unwrap).collect()
}

fn texts(prefix: &str, parties: &[PartyId]) -> Vec<Vec<u8>> {
    let text = |party: &PartyId| format!("{prefix} of {party}").into_bytes();
    parties.iter().map(text).collect()
}

async fn everyone_hears_everyone(parties: &[PartyId]) {
    let texts = texts("word", parties);
    let heard = talk(&Relay::honest(parties), parties, &texts).await;
    for (me, heard) in heard.into_iter().enumerate() {
        let mut others = texts.clone();
        others.remove(me);
        assert_eq!(heard, [others.clone(), others].concat());
    }
}

#[tokio::test(start_paused = true)]
async fn two_parties_hear_each_other() {
    everyone_hears_everyone(&parties(["a", "b"])).await;
}

#[tokio::test(start_paused = true)]
async fn four_parties_hear_each_other() {
    everyone_hears_everyone(&parties(["d", "b", "coordinator", "a"])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_message_arrives_whole_on_several_threads() {
    let parties = parties(["a", "b"]);
    let texts = [vec![1; 2 << 20], vec![2; 2 << 20]];
    let heard = talk(&Relay::honest(&parties), &parties, &texts).await;
    assert!(heard[0].iter().all(|text| *text == texts[1]));
    assert!(heard[1].iter().all(|text| *text == texts[0]));
}

#[tokio::test(start_paused = true)]
async fn no_plaintext_passes_the_relay() {
    let parties = parties(["a", "b", "c"]);
    let relay = Relay::honest(&parties);
    let texts = texts("a canary", &parties);
    talk(&relay, &parties, &texts).await;
    let frames = relay.given();
    assert!(frames.len() > 12);
    for frame in frames {
        let wire = frame.encode();
        for text in &texts {
            assert!(!wire.windows(text.len()).any(|window| window == text));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_relay_sees_the_same_steps_and_lengths_for_other_inputs() {
    let parties = parties(["a", "b", "c"]);
    let mut shapes = Vec::new();
    for prefix in ["yes", "no!"] {
        let relay = Relay::honest(&parties);
        talk(&relay, &parties, &texts(prefix, &parties)).await;
        let shape = |frame: &consilium_mailbox::Frame| {
            let way = (frame.sender.clone(), frame.receiver.clone());
            (way, frame.step.clone(), frame.number, frame.wire_len())
        };
        shapes.push(relay.given().iter().map(shape).collect::<Vec<_>>());
    }
    assert_eq!(shapes[0], shapes[1]);
}

#[tokio::test(start_paused = true)]
async fn frames_are_numbered_without_a_gap_below_the_seal() {
    let parties = parties(["a", "b"]);
    let relay = Relay::honest(&parties);
    talk(&relay, &parties, &texts("word", &parties)).await;
    for party in &parties {
        let frames = relay.given();
        let sent = frames.iter().filter(|frame| frame.sender == *party);
        let numbers: Vec<_> = sent.map(|frame| frame.number).collect();
        assert_eq!(numbers, (0..numbers.len() as u64).collect::<Vec<_>>());
    }
}
