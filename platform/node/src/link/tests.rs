//! The link's law: whatever is cut, delayed or restarted on the way, every frame arrives once and
//! in order, and nothing grows beyond its bound.

mod hostile;

use std::collections::VecDeque;

use bytes::Bytes;
use consilium_mailbox::PartyId;
use proptest::prelude::*;

use super::{Down, Endpoint, Epoch, Event, Lane, Limits, Up, Violation, incoming::Receipt};
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
        longest_control: 500,
        assembling: 4000,
        strangers: 3000,
        peers: 20,
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
        if who == to {
            return;
        }
        self.frames += 1;
        let mut frame = self.frames.to_le_bytes().to_vec();
        frame.resize(size.max(8), u8::try_from(who).unwrap());
        let frame = Bytes::from(frame);
        let mut rest = frame.clone();
        let parts = [rest.split_to(size % (frame.len() + 1)), rest];
        let daemon = &mut self.daemons[who];
        let taken = daemon.endpoint.offer(&name(to), Lane::Frames, parts);
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
        let Ok(next) = self.table.next(&name(who), path) else {
            // It let too much news lie, and has to begin anew.
            self.cut(who, 0);
            return true;
        };
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
        let mut moves = true;
        while moves {
            moves = false;
            for who in 0..PARTIES {
                self.connect(who);
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
