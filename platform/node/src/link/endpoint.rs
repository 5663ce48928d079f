//! One daemon's end of its ways to all others, as a value.

mod peer;

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use consilium_mailbox::PartyId;

use super::{
    Ack, Chunk, Down, Epoch, Lane, Limits, Up, Violation,
    incoming::{Accepted, Incoming, Receipt},
    outgoing::{Outgoing, Piece},
};
use peer::{LANES, Peer, Way};

/// What came of a message from the relay.
#[derive(Debug)]
pub(crate) enum Event {
    /// A whole frame, which occupies its room until its receipt is given back.
    Arrived {
        peer: PartyId,
        lane: Lane,
        frame: Bytes,
        receipt: Receipt,
    },
    /// There may be room again for frames to this peer.
    Room(PartyId),
    /// The peer can be reached.
    Up(PartyId),
    /// The peer can't be reached now.
    Down(PartyId),
    /// The peer's daemon is another one than before: what was under way is lost.
    Restarted(PartyId),
    /// The peer broke the rules.
    Broken(PartyId, Violation),
    /// Another daemon knocks with our identity.
    Rival,
}

/// Frames in, chunks out, and the other way round; without waiting and without a clock.
#[derive(Debug)]
pub(crate) struct Endpoint {
    limits: Limits,
    peers: BTreeMap<PartyId, Peer>,
    /// Peers for which something may be ready to go out, each once.
    active: VecDeque<PartyId>,
    unwatched: VecDeque<PartyId>,
    owes_alive: bool,
    budget: usize,
    waiting_for_budget: VecDeque<(PartyId, Lane)>,
    ages: u64,
}

impl Endpoint {
    pub(crate) fn new(limits: Limits) -> Endpoint {
        Endpoint {
            limits,
            peers: BTreeMap::new(),
            active: VecDeque::new(),
            unwatched: VecDeque::new(),
            owes_alive: false,
            budget: limits.assembling,
            waiting_for_budget: VecDeque::new(),
            ages: 0,
        }
    }

    /// Begins to care for a peer.
    pub(crate) fn watch(&mut self, peer: &PartyId) {
        if !self.peers.contains_key(peer) {
            self.insert(peer);
            self.unwatched.push_back(peer.clone());
        }
    }

    /// A stream to the relay begins: gives whom its Hello is to name.
    pub(crate) fn connected(&mut self) -> Vec<PartyId> {
        self.unwatched.clear();
        self.owes_alive = false;
        self.peers.keys().cloned().collect()
    }

    /// The stream to the relay is over, and all paths with it; gives who was up.
    pub(crate) fn disconnected(&mut self) -> Vec<PartyId> {
        let mut were_up = Vec::new();
        for (name, peer) in &mut self.peers {
            if peer.path.take().is_some() {
                were_up.push(name.clone());
            }
        }
        were_up
    }

    /// Tells whether the peer can be reached, and in which life of it.
    pub(crate) fn presence(&self, peer: &PartyId) -> (bool, Option<Epoch>) {
        let peer = self.peers.get(peer);
        peer.map_or((false, None), |peer| (peer.path.is_some(), peer.epoch))
    }

    /// Gives those who can be reached.
    pub(crate) fn present(&self) -> Vec<(PartyId, Epoch)> {
        let present = |(name, peer): (&PartyId, &Peer)| {
            peer.path.and(peer.epoch).map(|epoch| (name.clone(), epoch))
        };
        self.peers.iter().filter_map(present).collect()
    }

    /// Takes a frame for a peer, or gives it back if there is no room.
    pub(crate) fn offer(&mut self, peer: &PartyId, lane: Lane, frame: Bytes) -> Result<(), Bytes> {
        self.watch(peer);
        let limits = self.limits;
        let Some(state) = self.peers.get_mut(peer) else {
            return Err(frame);
        };
        state.way(lane).outgoing.offer(frame, &limits)?;
        self.activate(peer);
        Ok(())
    }

    /// Gives the next message to the relay.
    pub(crate) fn poll(&mut self) -> Option<Up> {
        if std::mem::take(&mut self.owes_alive) {
            return Some(Up::Alive);
        }
        if let Some(peer) = self.unwatched.pop_front() {
            return Some(Up::Watch(peer));
        }
        while let Some(name) = self.active.pop_front() {
            let Some(peer) = self.peers.get_mut(&name) else {
                continue;
            };
            peer.is_active = false;
            if let Some(up) = peer.next(&name) {
                self.activate(&name);
                return Some(up);
            }
        }
        None
    }

    /// Takes a message from the relay.
    pub(crate) fn handle(&mut self, down: Down) -> Vec<Event> {
        match down {
            Down::PeerUp { peer, path, epoch } => self.peer_up(&peer, path, epoch),
            Down::PeerDown { peer } => {
                let was_up = self
                    .peers
                    .get_mut(&peer)
                    .and_then(|state| state.path.take());
                was_up.map(|_| Event::Down(peer)).into_iter().collect()
            }
            Down::Chunk(chunk) => self.chunk(chunk),
            Down::Ack(ack) => self.ack(&ack),
            Down::Rival => {
                self.owes_alive = true;
                vec![Event::Rival]
            }
        }
    }

    /// Takes note that a frame was read.
    pub(crate) fn free(&mut self, peer: &PartyId, lane: Lane, receipt: &Receipt) {
        self.budget += receipt.reserved;
        if let Some(state) = self.peers.get_mut(peer) {
            state.way(lane).incoming.free(receipt);
        }
        self.hand_out_budget();
        self.activate(peer);
    }

    /// Tells whether everything that was offered has been acknowledged by those who are up.
    pub(crate) fn is_settled(&self) -> bool {
        let settled =
            |peer: &Peer| peer.frames.outgoing.is_empty() && peer.control.outgoing.is_empty();
        self.peers
            .values()
            .filter(|peer| peer.path.is_some())
            .all(settled)
    }

    /// Bytes that wait here to be sent or acknowledged.
    pub(crate) fn held(&self) -> usize {
        let held = |peer: &Peer| peer.frames.outgoing.held() + peer.control.outgoing.held();
        self.peers.values().map(held).sum()
    }

    /// The most that ever counted against a peer's window, for tests of the bound.
    #[cfg(test)]
    pub(crate) fn highest(&self) -> u64 {
        let highest = |peer: &Peer| {
            peer.frames
                .incoming
                .highest
                .max(peer.control.incoming.highest)
        };
        self.peers.values().map(highest).max().unwrap_or(0)
    }

    /// What is left of the budget for long frames, for tests of the bound.
    #[cfg(test)]
    pub(crate) fn budget(&self) -> usize {
        self.budget
    }

    fn insert(&mut self, peer: &PartyId) {
        let state = Peer {
            path: None,
            epoch: None,
            control: self.fresh_way(),
            frames: self.fresh_way(),
            is_active: false,
            is_muted: false,
        };
        self.peers.insert(peer.clone(), state);
    }

    fn fresh_way(&mut self) -> Way {
        self.ages += 1;
        Way {
            outgoing: Outgoing::new(&self.limits),
            incoming: Incoming::new(&self.limits, self.ages),
        }
    }

    fn activate(&mut self, name: &PartyId) {
        if let Some(peer) = self.peers.get_mut(name)
            && !peer.is_active
            && peer.has_next()
        {
            peer.is_active = true;
            self.active.push_back(name.clone());
        }
    }

    fn peer_up(&mut self, name: &PartyId, path: u64, epoch: Epoch) -> Vec<Event> {
        if !self.peers.contains_key(name) {
            self.insert(name);
        }
        let mut events = Vec::new();
        let (control, frames) = (self.fresh_way(), self.fresh_way());
        let Some(peer) = self.peers.get_mut(name) else {
            return events;
        };
        if peer.epoch.is_some_and(|known| known != epoch) {
            self.budget += peer.control.incoming.reserved() + peer.frames.incoming.reserved();
            (peer.control, peer.frames) = (control, frames);
            events.push(Event::Restarted(name.clone()));
            events.push(Event::Room(name.clone()));
        }
        peer.epoch = Some(epoch);
        peer.path = Some(path);
        peer.is_muted = false;
        for lane in LANES {
            let way = peer.way(lane);
            way.outgoing.rewind();
            way.incoming.announce_again();
        }
        self.hand_out_budget();
        self.activate(name);
        events.push(Event::Up(name.clone()));
        events
    }

    fn chunk(&mut self, chunk: Chunk) -> Vec<Event> {
        let Chunk {
            peer: name, lane, ..
        } = chunk;
        let limits = self.limits;
        let Some(peer) = self.peers.get_mut(&name) else {
            return Vec::new();
        };
        if peer.path != Some(chunk.path) || peer.is_muted {
            return Vec::new();
        }
        let piece = Piece {
            number: chunk.number,
            total: chunk.total,
            payload: chunk.payload,
        };
        let incoming = &mut peer.way(lane).incoming;
        let events = match incoming.accept(piece, &limits) {
            Ok(Accepted::Repeat | Accepted::Part) => Vec::new(),
            Ok(Accepted::Wants) => {
                self.waiting_for_budget.push_back((name.clone(), lane));
                self.hand_out_budget();
                Vec::new()
            }
            Ok(Accepted::Whole(frame, receipt)) => vec![Event::Arrived {
                peer: name.clone(),
                lane,
                frame,
                receipt,
            }],
            Err(violation) => {
                peer.is_muted = true;
                vec![Event::Broken(name.clone(), violation)]
            }
        };
        self.activate(&name);
        events
    }

    fn ack(&mut self, ack: &Ack) -> Vec<Event> {
        let Some(peer) = self.peers.get_mut(&ack.peer) else {
            return Vec::new();
        };
        if peer.path != Some(ack.path) || peer.is_muted {
            return Vec::new();
        }
        let outcome = peer
            .way(ack.lane)
            .outgoing
            .acknowledge(ack.number, ack.limit);
        if outcome.is_err() {
            peer.is_muted = true;
        }
        self.activate(&ack.peer);
        match outcome {
            Ok(true) => vec![Event::Room(ack.peer.clone())],
            Ok(false) => Vec::new(),
            Err(_) => vec![Event::Broken(ack.peer.clone(), Violation::BadAck)],
        }
    }

    /// Gives room for long frames to those who wait for it, first come, first served.
    fn hand_out_budget(&mut self) {
        while let Some((name, lane)) = self.waiting_for_budget.pop_front() {
            let Some(peer) = self.peers.get_mut(&name) else {
                continue;
            };
            let incoming = &mut peer.way(lane).incoming;
            let Some(bytes) = incoming.wants() else {
                continue;
            };
            if bytes > self.budget {
                self.waiting_for_budget.push_front((name, lane));
                return;
            }
            self.budget -= bytes;
            incoming.reserve();
            self.activate(&name);
        }
    }
}
