//! The link's law: whatever is cut, delayed or restarted on the way, every frame arrives once and
//! in order, and nothing grows beyond its bound.

use std::collections::VecDeque;

use bytes::Bytes;
use consilium_mailbox::PartyId;
use proptest::prelude::*;

use super::{
    Ack, Chunk, Down, Endpoint, Epoch, Event, Lane, Limits, Up, Violation, incoming::Receipt,
};
use crate::relay::{
    RelayLimits,
    table::{Passed, Table},
};

const PARTIES: usize = 3;

fn limits() -> Limits {
    Limits {
        chunk: 100,
        window: 1000,
        send_buffer: 1500,
        longest_frame: 3000,
        assembling: 4000,
        ..Limits::default()
    }
}

fn relay_limits() -> RelayLimits {
    RelayLimits {
        queue: 2000,
        total: 4000,
        ..RelayLimits::default()
    }
}

fn name(index: usize) -> PartyId {
    format!("party-{index}").parse().unwrap()
}

fn epoch(index: usize) -> Epoch {
    Epoch([u8::try_from(index).unwrap(); 16])
}

/// A daemon, its stream to the relay, and what it sent and read.
struct Daemon {
    endpoint: Endpoint,
    path: Option<u64>,
    up: VecDeque<Up>,
    down: VecDeque<Down>,
    unread: VecDeque<(PartyId, Bytes, Receipt)>,
    read: Vec<Vec<Bytes>>,
    sent: Vec<Vec<Bytes>>,
}

struct World {
    table: Table,
    daemons: Vec<Daemon>,
    frames: u64,
    violations: Vec<Violation>,
}

impl World {
    fn new() -> World {
        let daemon = |_| Daemon {
            endpoint: Endpoint::new(limits()),
            path: None,
            up: VecDeque::new(),
            down: VecDeque::new(),
            unread: VecDeque::new(),
            read: vec![Vec::new(); PARTIES],
            sent: vec![Vec::new(); PARTIES],
        };
        World {
            table: Table::new(name(0), relay_limits()),
            daemons: (0..PARTIES).map(daemon).collect(),
            frames: 0,
            violations: Vec::new(),
        }
    }

    fn act(&mut self, action: u8, who: usize, to: usize, size: usize) {
        match action % 24 {
            0..=3 => self.offer(who, to, size),
            4..=7 => _ = self.poll(who),
            8..=10 => _ = self.pass(who),
            11..=13 => _ = self.fetch(who),
            14..=16 => _ = self.handle(who),
            17..=19 => _ = self.read(who),
            20 | 21 => self.connect(who),
            22 => self.cut(who, size),
            _ if size < 40 => self.restart_relay(),
            _ => self.connect(who),
        }
    }

    fn offer(&mut self, who: usize, to: usize, size: usize) {
        self.frames += 1;
        let mut frame = self.frames.to_le_bytes().to_vec();
        frame.resize(size.max(8), u8::try_from(who).unwrap());
        let frame = Bytes::from(frame);
        let daemon = &mut self.daemons[who];
        let taken = daemon
            .endpoint
            .offer(&name(to), Lane::Frames, frame.clone());
        if taken.is_ok() {
            daemon.sent[to].push(frame);
        }
    }

    /// Moves a message from the daemon into its stream.
    fn poll(&mut self, who: usize) -> bool {
        let daemon = &mut self.daemons[who];
        if daemon.path.is_none() || daemon.up.len() == 8 {
            return false;
        }
        let polled = daemon.endpoint.poll();
        daemon.up.extend(polled.clone());
        polled.is_some()
    }

    /// Moves a message from the daemon's stream to the relay.
    fn pass(&mut self, who: usize) -> bool {
        let daemon = &mut self.daemons[who];
        let (Some(path), Some(up)) = (daemon.path, daemon.up.pop_front()) else {
            return false;
        };
        match self.table.receive(&name(who), path, up) {
            Ok(Passed::On) => true,
            Ok(Passed::Full(back)) => {
                daemon.up.push_front(back);
                false
            }
            Err(end) => unreachable!("{end:?}"),
        }
    }

    /// Moves a message from the relay into the daemon's stream.
    fn fetch(&mut self, who: usize) -> bool {
        let daemon = &mut self.daemons[who];
        let Some(path) = daemon.path else {
            return false;
        };
        let next = self.table.next(&name(who), path).expect("it is seated");
        let moved = next.is_some();
        daemon.down.extend(next.map(|(down, _)| down));
        moved
    }

    /// Hands a message from the daemon's stream to it.
    fn handle(&mut self, who: usize) -> bool {
        let daemon = &mut self.daemons[who];
        let Some(down) = daemon.down.pop_front() else {
            return false;
        };
        for event in daemon.endpoint.handle(down) {
            match event {
                Event::Arrived {
                    peer,
                    frame,
                    receipt,
                    ..
                } => daemon.unread.push_back((peer, frame, receipt)),
                Event::Broken(_, violation) => self.violations.push(violation),
                _ => {}
            }
        }
        true
    }

    fn read(&mut self, who: usize) -> bool {
        let daemon = &mut self.daemons[who];
        let Some((peer, frame, receipt)) = daemon.unread.pop_front() else {
            return false;
        };
        daemon.endpoint.free(&peer, Lane::Frames, &receipt);
        let from = (0..PARTIES).find(|index| name(*index) == peer).unwrap();
        daemon.read[from].push(frame);
        true
    }

    fn connect(&mut self, who: usize) {
        let daemon = &mut self.daemons[who];
        if daemon.path.is_some() {
            return;
        }
        let watches = daemon.endpoint.connected();
        let seat = self.table.seat(&name(who), epoch(who), &watches).unwrap();
        daemon.path = Some(seat.path);
    }

    /// Cuts a stream: some of what was under way still arrives, the relay may or may not notice.
    fn cut(&mut self, who: usize, luck: usize) {
        for _ in 0..luck % 8 {
            self.pass(who);
            self.handle(who);
        }
        let daemon = &mut self.daemons[who];
        daemon.up.clear();
        daemon.down.clear();
        daemon.endpoint.disconnected();
        if let Some(path) = daemon.path.take()
            && luck.is_multiple_of(2)
        {
            self.table.unseat(&name(who), path);
        }
    }

    fn restart_relay(&mut self) {
        for who in 0..PARTIES {
            self.cut(who, 1);
        }
        self.table = Table::new(name(0), relay_limits());
    }

    fn finish(&mut self) {
        for who in 0..PARTIES {
            self.connect(who);
        }
        let mut moves = true;
        while moves {
            moves = false;
            for who in 0..PARTIES {
                moves |= self.poll(who) | self.pass(who);
                moves |= self.fetch(who) | self.handle(who) | self.read(who);
            }
        }
    }

    fn check_bounds(&self) {
        assert!(
            self.table.highest <= relay_limits().total + 16 * 256,
            "the relay's memory is bounded"
        );
        for daemon in &self.daemons {
            // A frame that is longer than the buffer stands alone in it.
            let chunks = limits().longest_frame / limits().chunk;
            let most = limits().longest_frame + 64 * chunks;
            assert!(
                daemon.endpoint.held() <= PARTIES * most,
                "the sender's memory is bounded"
            );
            assert!(
                daemon.endpoint.highest() <= limits().window as u64,
                "the window is kept"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_frame_arrives_once_and_in_order_whatever_is_cut(
        actions in proptest::collection::vec(
            (any::<u8>(), 0..PARTIES, 0..PARTIES, 0_usize..3000),
            0..600,
        ),
    ) {
        let mut world = World::new();
        for (action, who, to, size) in actions {
            // Most frames are short.
            let size = if size % 5 == 0 { size } else { size % 200 };
            world.act(action, who, to, size);
            world.check_bounds();
        }
        world.finish();
        world.check_bounds();
        prop_assert_eq!(&world.violations, &[]);
        for who in 0..PARTIES {
            prop_assert!(world.daemons[who].endpoint.is_settled(), "everything is acknowledged");
            for from in 0..PARTIES {
                prop_assert_eq!(&world.daemons[who].read[from], &world.daemons[from].sent[who]);
            }
        }
    }
}

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
fn long_frames_wait_for_room_and_all_get_it() {
    let mut world = World::new();
    for who in 0..PARTIES {
        world.connect(who);
    }
    for who in 1..PARTIES {
        world.offer(who, 0, 3000);
    }
    world.finish();
    assert_eq!(world.daemons[0].read[1], world.daemons[1].sent[0]);
    assert_eq!(world.daemons[0].read[2], world.daemons[2].sent[0]);
}
