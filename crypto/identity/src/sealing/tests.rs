//! Vectors and laws of the steps and the channel.

use std::collections::BTreeMap;

use consilium_base::{Secret, Seed};
use consilium_mailbox::{Content, Frame, RunId};
use proptest::prelude::*;
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};

use super::{
    RunContext, SealError,
    channel::{Direction, Opener, Sealer},
    steps::{self, Agreement, Offer, derive},
};
use crate::FederationId;

const RUN: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

fn vector(name: &str) -> Vec<u8> {
    let vectors = include_str!("../../vectors/sealing.json");
    let vectors: BTreeMap<String, String> = serde_json::from_str(vectors).unwrap();
    let hex = vectors[name].as_bytes().chunks(2);
    hex.map(|digits| u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect()
}

/// The shared secret of RFC 7748, section 6.1.
fn classical() -> SharedSecret {
    let [secret, share] = ["x25519_secret", "x25519_share"].map(vector32);
    StaticSecret::from(secret).diffie_hellman(&PublicKey::from(share))
}

fn vector32(name: &str) -> [u8; 32] {
    vector(name).try_into().unwrap()
}

fn frame(content: Content) -> Frame {
    Frame {
        run: RunId(RUN),
        sender: "coordinator".parse().unwrap(),
        receiver: "hospital-a".parse().unwrap(),
        scope: "iteration-2".into(),
        step: "secagg.1.masked".into(),
        number: 9,
        content,
    }
}

fn direction(key: [u8; 32]) -> Direction {
    Direction::new(&Secret::new(key), 5, 2)
}

fn cycle<const N: usize>(period: usize) -> [u8; N] {
    std::array::from_fn(|at| u8::try_from(at % period).unwrap())
}

#[test]
fn the_transcript_is_that_of_the_vector() {
    let role = |party: &str, role: &str| (party.parse().unwrap(), role.to_owned());
    let context = RunContext {
        federation: FederationId([1; 32]),
        plan: [2; 32],
        run: RunId(RUN),
        attempt: 5,
        roles: [
            role("coordinator", "aggregator"),
            role("hospital-a", "contributor"),
        ]
        .into(),
    };
    let [initiator, responder] = ["coordinator", "hospital-a"].map(|name| name.parse().unwrap());
    let transcript = context.transcript(&initiator, &responder, &cycle(251), &cycle(241));
    assert_eq!(transcript.unwrap().to_vec(), vector("transcript"));
}

#[test]
fn the_keys_are_those_of_the_vector() {
    assert_eq!(classical().as_bytes().to_vec(), vector("classical"));
    let keys = derive(&classical(), &vector("quantum"), &vector32("transcript")).unwrap();
    assert_eq!(keys.to_initiator.expose().to_vec(), vector("to_initiator"));
    assert_eq!(keys.to_responder.expose().to_vec(), vector("to_responder"));
}

#[test]
fn sealed_frames_are_those_of_the_vector() {
    let sealer = Sealer(direction(vector32("to_responder")));
    let contents = [
        (Content::Body("体温 36.6".into()), "sealed_body"),
        (Content::Aborted("no".into()), "sealed_farewell"),
    ];
    for (content, name) in contents {
        let sealed = sealer.seal(frame(content));
        assert_eq!(sealed.number, 11);
        assert_eq!(sealed.content, Content::Body(vector(name).into()));
    }
}

#[test]
fn both_ends_agree_on_the_same_keys() {
    let mut rng = Seed::from_bytes([3; 32]).generator();
    let (offer, hello) = Offer::random(&mut rng);
    let (agreement, reply) = Agreement::random(&hello, &mut rng).unwrap();
    let ours = offer.agree(&reply, &[4; 32]).unwrap();
    let theirs = agreement.agree(&[4; 32]).unwrap();
    assert_eq!(ours.to_initiator.expose(), theirs.to_initiator.expose());
    assert_eq!(ours.to_responder.expose(), theirs.to_responder.expose());
    assert_ne!(ours.to_responder.expose(), ours.to_initiator.expose());
}

#[test]
fn a_share_that_adds_nothing_is_refused_at_both_ends() {
    let mut rng = Seed::from_bytes([3; 32]).generator();
    let (offer, mut hello) = Offer::random(&mut rng);
    let (_, mut reply) = Agreement::random(&hello, &mut rng).unwrap();
    hello[32..64].fill(0);
    reply[32..64].fill(0);
    let (agreement, _) = Agreement::random(&hello, &mut rng).unwrap();
    assert!(agreement.agree(&[4; 32]).is_none());
    assert!(offer.agree(&reply, &[4; 32]).is_none());
}

#[test]
fn a_key_that_is_none_of_ml_kem_is_refused() {
    let mut rng = Seed::from_bytes([3; 32]).generator();
    assert!(Agreement::random(&[0xff; steps::HELLO], &mut rng).is_none());
}

proptest! {
    #[test]
    fn a_hello_of_arbitrary_bytes_never_panics(bytes in prop::collection::vec(any::<u8>(), steps::HELLO)) {
        let hello = bytes.try_into().unwrap();
        let mut rng = Seed::from_bytes([3; 32]).generator();
        if let Some((agreement, _)) = Agreement::random(&hello, &mut rng) {
            let _ = agreement.agree(&[4; 32]);
        }
    }

    #[test]
    fn what_was_sealed_opens_to_itself(body: Vec<u8>, why: String, farewell: bool) {
        let content = if farewell { Content::Aborted(why) } else { Content::Body(body.into()) };
        let frame = Frame { number: 0, ..frame(content) };
        let opener = Opener::new(direction([6; 32]), frame.sender.clone());
        prop_assert_eq!(opener.open(Sealer(direction([6; 32])).seal(frame.clone())), Ok(frame));
    }

    #[test]
    fn arbitrary_bytes_never_open(body: Vec<u8>, number in 0_u64..4) {
        let frame = Frame { number, ..frame(Content::Body(body.into())) };
        let peer = frame.sender.clone();
        let opener = Opener::new(direction([6; 32]), peer.clone());
        prop_assert_eq!(opener.open(frame), Err(SealError::Forged { peer, due: 0 }));
    }
}
