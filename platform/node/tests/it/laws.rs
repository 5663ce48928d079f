//! The form of the link's messages on the wire.

use bytes::Bytes;
use consilium_node::link::{Down, Up};
use consilium_proto::v1;
use proptest::prelude::*;
use prost::Message as _;

fn party() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z][a-z0-9-]{0,10}", 1 => ".{0,5}"]
}

fn bytes(length: std::ops::Range<usize>) -> impl Strategy<Value = Bytes> {
    proptest::collection::vec(any::<u8>(), length).prop_map(Bytes::from)
}

fn chunk() -> impl Strategy<Value = v1::Chunk> {
    let numbers = (any::<u64>(), any::<u64>(), any::<Option<u64>>());
    (party(), -1..3_i32, numbers, bytes(0..50)).prop_map(
        |(peer, lane, (path, number, total), payload)| v1::Chunk {
            peer,
            path,
            lane,
            number,
            total,
            payload,
        },
    )
}

fn ack() -> impl Strategy<Value = v1::Ack> {
    (party(), -1..3_i32, any::<[u64; 3]>()).prop_map(|(peer, lane, [path, number, limit])| {
        v1::Ack {
            peer,
            path,
            lane,
            number,
            limit,
        }
    })
}

fn up() -> impl Strategy<Value = v1::Up> {
    use v1::up::Kind;
    let kind = prop_oneof![
        chunk().prop_map(Kind::Chunk),
        ack().prop_map(Kind::Ack),
        party().prop_map(|peer| Kind::Watch(v1::Watch { peer })),
        Just(Kind::Alive(v1::Alive {})),
    ];
    proptest::option::of(kind).prop_map(|kind| v1::Up { kind })
}

fn down() -> impl Strategy<Value = v1::Down> {
    use v1::down::Kind;
    let peer_up = (party(), any::<u64>(), bytes(15..18))
        .prop_map(|(peer, path, epoch)| Kind::PeerUp(v1::PeerUp { peer, path, epoch }));
    let kind = prop_oneof![
        chunk().prop_map(Kind::Chunk),
        ack().prop_map(Kind::Ack),
        peer_up,
        party().prop_map(|peer| Kind::PeerDown(v1::PeerDown { peer })),
        Just(Kind::Rival(v1::Rival {})),
    ];
    proptest::option::of(kind).prop_map(|kind| v1::Down { kind })
}

proptest! {
    #[test]
    fn what_is_read_is_written_as_it_was(up in up(), down in down()) {
        if let Ok(read) = Up::read(up.clone()) {
            prop_assert_eq!(v1::Up::from(read), up);
        }
        if let Ok(read) = Down::read(down.clone()) {
            prop_assert_eq!(v1::Down::from(read), down);
        }
    }

    #[test]
    fn reading_never_panics(wire in proptest::collection::vec(any::<u8>(), 0..200)) {
        let wire = Bytes::from(wire);
        let _ = v1::Up::decode(wire.clone()).map(Up::read);
        let _ = v1::Down::decode(wire).map(Down::read);
    }
}

#[test]
fn the_bytes_on_the_wire_stay_the_same() {
    let chunk = v1::Chunk {
        peer: "hospital-a".to_owned(),
        path: 300,
        lane: v1::Lane::Control.into(),
        number: 7,
        total: Some(0),
        payload: Bytes::from_static(b"sealed"),
    };
    let kind = Some(v1::up::Kind::Chunk(chunk));
    let wire = v1::Up { kind }.encode_to_vec();
    let expected = b"\x1a\x1d\x0a\x0ahospital-a\x10\xac\x02\x18\x01\x20\x07\x28\x00\x32\x06sealed";
    assert_eq!(wire, expected);
}
