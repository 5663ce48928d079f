//! What a peer or a relay may send that it should not.

use proptest::prelude::*;

use super::{PARTIES, epoch, limits, name, relay_limits};
use crate::{
    link::{Ack, Chunk, Down, Endpoint, Event, Lane, Up, Violation},
    relay::Misconduct,
    relay::table::{End, Over, Passed, Table},
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

fn assembling() -> i64 {
    limits().assembling.try_into().unwrap()
}

proptest! {
    #[test]
    fn no_message_makes_a_daemon_panic_or_keep_more_than_it_may(
        downs in proptest::collection::vec(strange_down(), 0..200),
    ) {
        let mut endpoint = Endpoint::new(limits());
        endpoint.connected();
        let parts = [vec![0; 90].into(), vec![0; 910].into()];
        let _ = endpoint.offer(&name(1), Lane::Frames, parts);
        let mut unread = Vec::new();
        for down in downs {
            for event in endpoint.handle(down) {
                if let Event::Arrived { peer, lane, receipt, .. } = event {
                    unread.push((peer, lane, receipt));
                }
            }
            while endpoint.poll().is_some() {}
            prop_assert!(endpoint.highest() <= limits().window as u64);
            prop_assert!(endpoint.budget() <= assembling());
        }
        for (peer, lane, receipt) in unread {
            endpoint.free(&peer, lane, &receipt);
        }
        prop_assert!(endpoint.budget() <= assembling());
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
        table.sweep();
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
    endpoint.handle(up(1));
    endpoint
}

fn up(peer: usize) -> Down {
    Down::PeerUp {
        peer: name(peer),
        path: 7,
        epoch: epoch(peer),
    }
}

fn chunk(number: u64, total: Option<u64>, bytes: usize) -> Down {
    chunk_of(1, number, total, bytes)
}

fn chunk_of(peer: usize, number: u64, total: Option<u64>, bytes: usize) -> Down {
    Down::Chunk(Chunk {
        peer: name(peer),
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

#[test]
fn who_sends_to_itself_is_shut_out() {
    let mut table = Table::new(name(0), relay_limits());
    let seat = table.seat(&name(1), epoch(1), &[]).unwrap();
    let (peer, path, lane) = (name(1), seat.path, Lane::Frames);
    let ack = Up::Ack(Ack {
        peer: peer.clone(),
        path,
        lane,
        number: 0,
        limit: 0,
    });
    let chunk = Up::Chunk(Chunk {
        peer: peer.clone(),
        path,
        lane,
        number: 0,
        total: Some(0),
        payload: vec![].into(),
    });
    for up in [ack, chunk] {
        let refused = table.receive(&peer, path, up);
        assert_eq!(refused, Err(End::Misconduct(Misconduct::ToItself)));
    }
}

#[test]
fn who_lets_lie_what_waits_for_it_loses_its_place_and_nobody_else() {
    let mut table = Table::new(name(0), relay_limits());
    let seats: Vec<_> = (0..PARTIES)
        .map(|who| table.seat(&name(who), epoch(who), &[]).unwrap())
        .collect();
    let send = |table: &mut Table, to: usize| {
        let chunk = Up::Chunk(Chunk {
            peer: name(to),
            path: seats[to].path,
            lane: Lane::Frames,
            number: 0,
            total: Some(10),
            payload: vec![0; 10].into(),
        });
        let from = seats[0].path;
        assert_eq!(table.receive(&name(0), from, chunk), Ok(Passed::On));
    };
    let read = |table: &mut Table, who: usize| {
        while table.next(&name(who), seats[who].path) != Ok(None) {}
    };
    for _ in 0..3 {
        send(&mut table, 1);
        send(&mut table, 2);
        read(&mut table, 0);
        read(&mut table, 1);
        if table.sweep().is_empty() {
            // What came after the last sweep may wait until the next one.
            assert!(table.occupant(&name(1)).is_some());
            continue;
        }
        assert!(table.occupant(&name(2)).is_none());
        assert!(table.occupant(&name(1)).is_some());
        return;
    }
    unreachable!("it was never swept away");
}

#[test]
fn an_announced_frame_holds_no_room_once_its_sender_is_gone() {
    let mut endpoint = receiver();
    endpoint.handle(up(2));
    let _ = endpoint.handle(chunk_of(1, 0, Some(3000), 100));
    assert_eq!(endpoint.budget(), 1000);
    let _ = endpoint.handle(chunk_of(2, 0, Some(3000), 100));
    assert_eq!(endpoint.budget(), 1000, "there is no room for a second one");
    endpoint.handle(Down::PeerDown { peer: name(1) });
    assert_eq!(endpoint.budget(), assembling() - 100 - 3000);
    let whole = |endpoint: &mut Endpoint, peer: usize| {
        let mut last = Vec::new();
        for number in 1..30 {
            last = endpoint.handle(chunk_of(peer, number, None, 100));
            while endpoint.poll().is_some() {}
        }
        match last.pop() {
            Some(Event::Arrived {
                peer,
                lane,
                frame,
                receipt,
            }) => {
                assert_eq!(frame.len(), 3000);
                endpoint.free(&peer, lane, &receipt);
            }
            other => unreachable!("{other:?}"),
        }
    };
    whole(&mut endpoint, 2);
    // What had come of the other is there still.
    endpoint.handle(up(1));
    whole(&mut endpoint, 1);
    assert_eq!(endpoint.budget(), assembling());
}

#[test]
fn frames_that_were_cut_in_the_midst_never_block_each_other() {
    let mut endpoint = Endpoint::new(limits());
    endpoint.connected();
    for peer in 1..=3 {
        endpoint.handle(up(peer));
        let _ = endpoint.handle(chunk_of(peer, 0, Some(3000), 100));
        for number in 1..20 {
            let events = endpoint.handle(chunk_of(peer, number, None, 100));
            assert!(events.is_empty(), "{events:?}");
        }
        endpoint.handle(Down::PeerDown { peer: name(peer) });
    }
    assert!(endpoint.budget() <= 0, "parts of frames hold it all");
    for peer in 1..=3 {
        endpoint.handle(up(peer));
    }
    for peer in 1..=3 {
        for number in 20..30 {
            for event in endpoint.handle(chunk_of(peer, number, None, 100)) {
                if let Event::Arrived {
                    peer,
                    lane,
                    receipt,
                    ..
                } = event
                {
                    endpoint.free(&peer, lane, &receipt);
                } else {
                    unreachable!("{event:?}");
                }
            }
        }
    }
    assert_eq!(endpoint.budget(), assembling());
}

#[test]
fn a_control_message_is_never_long() {
    let mut endpoint = receiver();
    let Down::Chunk(chunk) = chunk(0, Some(501), 100) else {
        unreachable!()
    };
    let lane = Lane::Control;
    let events = endpoint.handle(Down::Chunk(Chunk { lane, ..chunk }));
    assert_eq!(violation(&events), Some(Violation::TooLong { limit: 500 }));
    assert_eq!(endpoint.budget(), assembling());
}

#[test]
fn peers_whom_nobody_asked_for_fill_no_memory() {
    let mut endpoint = Endpoint::new(limits());
    let mut held = 0;
    for peer in 1..100 {
        endpoint.handle(up(peer));
        for number in 0..6 {
            let arrived = endpoint.handle(chunk_of(peer, number, Some(100), 100));
            held += arrived
                .iter()
                .filter(|event| matches!(event, Event::Arrived { .. }))
                .count();
        }
    }
    assert!(held * 100 <= limits().strangers, "{held}");
    assert_eq!(endpoint.connected().len(), limits().peers);
    // Whom we do ask for has a window of its own.
    endpoint.watch(&name(100));
    endpoint.handle(up(100));
    let arrived = endpoint.handle(chunk_of(100, 0, Some(100), 100));
    assert!(matches!(&arrived[..], [Event::Arrived { .. }]));
}
