//! What arrives is not always what was sent.

use consilium_proto::v1::{Frame, frame::Content};
use proptest::prelude::*;
use prost::Message as _;

prop_compose! {
    fn any_frame()(
        run in any::<[u8; 16]>(),
        names in any::<[String; 4]>(),
        number in any::<u64>(),
        content in prop_oneof![
            any::<Vec<u8>>().prop_map(|body| Content::Body(body.into())),
            any::<String>().prop_map(Content::Aborted),
        ],
    ) -> Frame {
        let [sender, receiver, scope, step] = names;
        let run = run.to_vec().into();
        Frame { run, sender, receiver, scope, step, number, content: Some(content) }
    }
}

proptest! {
    #[test]
    fn a_frame_comes_back_as_it_was_sent(frame in any_frame()) {
        prop_assert_eq!(Frame::decode(frame.encode_to_vec().as_slice()), Ok(frame));
    }

    #[test]
    fn random_bytes_never_panic(bytes in any::<Vec<u8>>()) {
        let _ = Frame::decode(bytes.as_slice());
    }

    #[test]
    fn a_damaged_frame_never_panics(
        frame in any_frame(),
        at in any::<prop::sample::Index>(),
        flipped in 1..=u8::MAX,
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = frame.encode_to_vec();
        let position = at.index(bytes.len());
        bytes[position] ^= flipped;
        bytes.truncate(cut.index(bytes.len()) + 1);
        let _ = Frame::decode(bytes.as_slice());
    }
}
