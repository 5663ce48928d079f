//! The form of frames on the wire.

use bytes::Bytes;
use consilium_mailbox::{Content, Frame, RunId};
use proptest::prelude::*;

use crate::parties;

fn frame(scope: &str, number: u64, body: &[u8]) -> Frame {
    let [sender, receiver] = parties(["hospital-a", "insurer.b"]);
    Frame {
        run: RunId([7; 16]),
        sender,
        receiver,
        scope: scope.into(),
        step: "test.1.number".into(),
        number,
        content: Content::Body(Bytes::copy_from_slice(body)),
    }
}

#[test]
fn the_bytes_of_a_frame_are_fixed() {
    let wire = frame("iteration-3", 5, b"\x01\x02").encode();
    let fields: [&[u8]; 7] = [
        b"\x0a\x10\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07",
        b"\x12\x0ahospital-a",
        b"\x1a\x09insurer.b",
        b"\x22\x0biteration-3",
        b"\x2a\x0dtest.1.number",
        b"\x30\x05",
        b"\x3a\x02\x01\x02",
    ];
    assert_eq!(wire, fields.concat());
}

#[test]
fn a_frame_with_a_malformed_field_is_refused_by_name() {
    let mut wire = frame("", 0, b"").encode();
    wire[1] = 15; // the run, one byte short: the rest of it no longer parses as fields
    assert!(Frame::decode(wire.into()).is_err());

    let nobody = consilium_proto::v1::Frame {
        run: Bytes::from_static(&[0; 16]),
        ..Default::default()
    };
    let error =
        Frame::decode(prost::Message::encode_to_vec(&nobody).into()).expect_err("no sender");
    assert_eq!(
        error.to_string(),
        "a frame's sender is missing or malformed"
    );
}

proptest! {
    #[test]
    fn what_was_encoded_is_decoded(scope in "[a-z0-9/-]{0,40}", number: u64, body: Vec<u8>) {
        let frame = frame(&scope, number, &body);
        let wire = frame.encode();
        prop_assert_eq!(Frame::decode(wire.into()).expect("it is whole"), frame);
    }

    #[test]
    fn the_parts_of_a_frame_make_its_bytes(number: u64, length in 0usize..70_000) {
        let frame = frame("s", number, &vec![7; length]);
        prop_assert_eq!(frame.clone().into_parts().concat(), frame.encode());
    }

    #[test]
    fn the_length_on_the_wire_is_told_without_encoding(
        (scope, step, why) in ("[a-z]{0,200}", "[a-z]{0,200}", ".{0,100}"),
        (bits, number, length) in (0u32..64, any::<u64>(), 0usize..40_000),
    ) {
        let body = frame(&scope, number >> bits, &vec![7; length]);
        let body = Frame { step: step.into(), ..body };
        prop_assert_eq!(body.encode().len(), body.wire_len());
        let aborted = Frame { content: Content::Aborted(why), ..frame("", number >> bits, b"") };
        prop_assert_eq!(aborted.encode().len(), aborted.wire_len());
    }

    #[test]
    fn decoding_never_panics(wire: Vec<u8>) {
        // Whether it is a frame doesn't matter: what decodes must also encode.
        if let Ok(frame) = Frame::decode(wire.into()) {
            prop_assert_eq!(frame.encode().len(), frame.wire_len());
        }
    }

    #[test]
    fn a_changed_byte_gives_another_frame_or_none(at: prop::sample::Index, change in 1u8..) {
        let frame = frame("s", 1, b"body");
        let mut wire = frame.encode();
        let at = at.index(wire.len());
        wire[at] ^= change;
        prop_assert!(Frame::decode(wire.into()).map_or(true, |other| other != frame));
    }
}
