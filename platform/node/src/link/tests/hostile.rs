//! What a peer or a relay may send that it should not.

use proptest::prelude::*;

use super::{PARTIES, epoch, limits, name, relay_limits};
use crate::{
    link::{Ack, Chunk, Down, Endpoint, Event, Lane, Up, Violation},
    relay::table::{Over, Table},
};

fn strange_chunk() -> impl Strategy<Value = Chunk> {
    let total = proptest::option::of(prop_oneof![0_u64..400, any::<u64>()]);
    (
        0..PARTIES,
        0_u64..4,
        any::<bool>(),
        0_u64..8,
        total,
        0_usize..300,
    )
        .prop_map(|(peer, path, is_control, number, total, bytes)| Chunk {
            peer: name(peer),
            path,
            lane: if is_control {
                Lane::Control
            } else {
                Lane::Frames
            },
            number,
            total,
            payload: vec![0; bytes].into(),
        })
}

fn strange_ack() -> impl Strategy<Value = Ack> {
    (0..PARTIES, 0_u64..4, 0_u64..8, any::<u64>()).prop_map(|(peer, path, number, limit)| Ack {
        peer: name(peer),
        path,
        lane: Lane::Frames,
        number,
        limit,
    })
}

fn strange_down() -> impl Strategy<Value = Down> {
    prop_oneof![
        6 => strange_chunk().prop_map(Down::Chunk),
        2 => strange_ack().prop_map(Down::Ack),
        2 => (0..PARTIES, 0_u64..4, 1_usize..3).prop_map(|(peer, path, life)| Down::PeerUp {
            peer: name(peer),
            path,
            epoch: epoch(life),
        }),
        1 => (0..PARTIES).prop_map(|peer| Down::PeerDown { peer: name(peer) }),
        1 => Just(Down::Rival),
    ]
}

fn strange_up() -> impl Strategy<Value = Up> {
    prop_oneof![
        6 => strange_chunk().prop_map(Up::Chunk),
        2 => strange_ack().prop_map(Up::Ack),
        1 => (0..PARTIES).prop_map(|peer| Up::Watch(name(peer))),
        1 => Just(Up::Alive),
    ]
}

proptest! {
    #[test]
    fn no_message_makes_a_daemon_panic_or_keep_more_than_it_may(
        downs in proptest::collection::vec(strange_down(), 0..200),
    ) {
        let mut endpoint = Endpoint::new(limits());
        endpoint.connected();
        let _ = endpoint.offer(&name(1), Lane::Frames, vec![0; 1000].into());
        let mut unread = Vec::new();
        for down in downs {
            for event in endpoint.handle(down) {
                if let Event::Arrived { peer, lane, receipt, .. } = event {
                    unread.push((peer, lane, receipt));
                }
            }
            while endpoint.poll().is_some() {}
            prop_assert!(endpoint.highest() <= limits().window as u64);
            prop_assert!(endpoint.budget() <= limits().assembling);
        }
        for (peer, lane, receipt) in unread {
            endpoint.free(&peer, lane, &receipt);
        }
        prop_assert!(endpoint.budget() <= limits().assembling);
    }

    #[test]
    fn no_message_makes_the_relay_panic_or_keep_more_than_it_may(
        ups in proptest::collection::vec((0..PARTIES, strange_up()), 0..200),
    ) {
        let mut table = Table::new(name(0), relay_limits());
        let seats: Vec<_> = (0..PARTIES)
            .map(|who| table.seat(&name(who), epoch(who), &[]).unwrap())
            .collect();
        for (who, up) in ups {
            let _ = table.receive(&name(who), seats[who].path, up);
        }
        prop_assert!(table.highest <= relay_limits().total + 32 * 256);
        for (who, seat) in seats.iter().enumerate() {
            table.unseat(&name(who), seat.path);
        }
        prop_assert_eq!(table.held(), 0);
    }
}

/// Two daemons that see each other, the first's messages being handed to the second directly.
fn receiver() -> Endpoint {
    let mut endpoint = Endpoint::new(limits());
    endpoint.connected();
    endpoint.handle(Down::PeerUp {
        peer: name(1),
        path: 7,
        epoch: epoch(1),
    });
    endpoint
}

fn chunk(number: u64, total: Option<u64>, bytes: usize) -> Down {
    Down::Chunk(Chunk {
        peer: name(1),
        path: 7,
        lane: Lane::Frames,
        number,
        total,
        payload: vec![0; bytes].into(),
    })
}

fn violation(events: &[Event]) -> Option<Violation> {
    match events {
        [Event::Broken(peer, violation)] if *peer == name(1) => Some(*violation),
        _ => None,
    }
}

#[test]
fn a_gap_is_an_error_that_names_the_peer() {
    let events = receiver().handle(chunk(1, Some(10), 10));
    let (expected, got) = (0, 1);
    assert_eq!(violation(&events), Some(Violation::Gap { expected, got }));
}

#[test]
fn an_announcement_that_is_too_long_is_refused_before_anything_is_kept() {
    let events = receiver().handle(chunk(0, Some(u64::MAX), 10));
    assert_eq!(violation(&events), Some(Violation::TooLong { limit: 3000 }));
}

#[test]
fn who_sends_past_its_leave_is_named() {
    let mut endpoint = receiver();
    let mut unread = Vec::new();
    for number in 0..6 {
        unread.extend(endpoint.handle(chunk(number, Some(100), 100)));
    }
    assert_eq!(unread.len(), 6, "the window takes six of these");
    let events = endpoint.handle(chunk(6, Some(100), 100));
    assert_eq!(violation(&events), Some(Violation::Overrun));
}

#[test]
fn chunks_that_make_no_frame_are_refused() {
    for strange in [
        chunk(0, None, 10),
        chunk(0, Some(5), 10),
        chunk(0, Some(5), 0),
    ] {
        assert_eq!(
            violation(&receiver().handle(strange)),
            Some(Violation::Malformed)
        );
    }
}

#[test]
fn an_acknowledgement_of_what_was_never_sent_is_refused() {
    let events = receiver().handle(Down::Ack(Ack {
        peer: name(1),
        path: 7,
        lane: Lane::Frames,
        number: 1,
        limit: 0,
    }));
    assert_eq!(violation(&events), Some(Violation::BadAck));
}

#[test]
fn a_new_life_of_the_peer_begins_at_the_first_chunk() {
    let mut endpoint = receiver();
    let _ = endpoint.handle(chunk(0, Some(10), 10));
    let events = endpoint.handle(Down::PeerUp {
        peer: name(1),
        path: 7,
        epoch: epoch(2),
    });
    assert!(matches!(
        &events[..],
        [Event::Restarted(_), Event::Room(_), Event::Up(_)]
    ));
    let events = endpoint.handle(chunk(0, Some(10), 10));
    assert!(matches!(&events[..], [Event::Arrived { .. }]));
}

#[test]
fn a_daemon_that_comes_and_goes_fills_nobodys_memory() {
    let mut table = Table::new(name(0), relay_limits());
    let home = table.seat(&name(0), epoch(0), &[]).unwrap();
    for _ in 0..1000 {
        let restless = table.seat(&name(1), epoch(1), &[]).unwrap();
        table.unseat(&name(1), restless.path);
    }
    assert!(table.highest <= relay_limits().total);
    let cut = table.next(&name(0), home.path);
    assert_eq!(cut, Err(Over), "who misses news has to begin anew");
}
