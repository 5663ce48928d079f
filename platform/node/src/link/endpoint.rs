//! One daemon's end of its ways to all others, as a value.

mod peer;

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use consilium_mailbox::PartyId;

use super::{
    Ack, Chunk, Down, Epoch, Lane, Limits, Up, Violation,
    incoming::{Accepted, Incoming, Receipt},
    outgoing::{Outgoing, Parts, Piece},
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
    /// What is left for long frames, in bytes; see [`Endpoint::is_stuck`] for when less than none.
    budget: i64,
    waiting_for_budget: VecDeque<PartyId>,
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
            budget: signed(limits.assembling),
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
        if let Some(peer) = self.peers.get_mut(peer) {
            peer.is_watched = true;
        }
    }

    /// A stream to the relay begins: gives whom its Hello is to name.
    pub(crate) fn connected(&mut self) -> Vec<PartyId> {
        self.unwatched.clear();
        self.owes_alive = false;
        let names: Vec<PartyId> = self.peers.keys().cloned().collect();
        for name in &names {
            self.release(name);
        }
        names
    }

    /// The stream to the relay is over, and all paths with it; gives who was up.
    pub(crate) fn disconnected(&mut self) -> Vec<PartyId> {
        let present = self.present().into_iter();
        let were_up: Vec<PartyId> = present.map(|(name, _)| name).collect();
        for name in &were_up {
            self.lost(name);
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
    pub(crate) fn offer(&mut self, peer: &PartyId, lane: Lane, frame: Parts) -> Result<(), Parts> {
        self.watch(peer);
        let limits = self.limits;
        let Some(state) = self.peers.get_mut(peer) else {
            return Err(frame);
        };
        state.way(lane).outgoing.offer(frame, &limits)?;
        self.activate(peer);
        Ok(())
    }

    /// Keeps back what is for a peer, until it is released or the stream is over.
    pub(crate) fn hold(&mut self, peer: &PartyId) {
        if let Some(peer) = self.peers.get_mut(peer) {
            peer.is_held = true;
        }
    }

    /// Lets what is for a peer go out again.
    pub(crate) fn release(&mut self, peer: &PartyId) {
        if let Some(peer) = self.peers.get_mut(peer) {
            peer.is_held = false;
        }
        self.activate(peer);
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
                let was_up = self.lost(&peer);
                was_up.then_some(Event::Down(peer)).into_iter().collect()
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
        self.budget += signed(receipt.reserved);
        if let Some(state) = self.peers.get_mut(peer) {
            state.way(lane).incoming.free(receipt);
        }
        self.hand_out_budget();
        self.activate(peer);
    }

    /// Tells whether everything that was offered has been acknowledged by those who are up.
    pub(crate) fn is_settled(&self) -> bool {
        self.peers.values().all(Peer::is_settled)
    }

    /// Tells the same of the control messages for one peer.
    pub(crate) fn has_heard(&self, peer: &PartyId) -> bool {
        let peer = self.peers.get(peer).filter(|peer| peer.path.is_some());
        peer.is_none_or(|peer| peer.control.outgoing.is_empty())
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
    pub(crate) fn budget(&self) -> i64 {
        self.budget
    }

    fn insert(&mut self, peer: &PartyId) {
        let state = Peer {
            path: None,
            epoch: None,
            control: self.fresh_way(Lane::Control),
            frames: self.fresh_way(Lane::Frames),
            is_watched: false,
            is_active: false,
            is_held: false,
            is_muted: false,
        };
        self.peers.insert(peer.clone(), state);
    }

    fn fresh_way(&mut self, lane: Lane) -> Way {
        self.ages += 1;
        Way {
            outgoing: Outgoing::new(&self.limits),
            incoming: Incoming::new(&self.limits, lane, self.ages),
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
            if self.peers.len() >= self.limits.peers {
                // Nobody here has asked for it.
                return Vec::new();
            }
            self.insert(name);
        }
        let mut events = Vec::new();
        let (control, frames) = (self.fresh_way(Lane::Control), self.fresh_way(Lane::Frames));
        let Some(peer) = self.peers.get_mut(name) else {
            return events;
        };
        if peer.epoch.is_some_and(|known| known != epoch) {
            self.budget += signed(peer.frames.incoming.reserved());
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
        if peer.frames.incoming.wants().is_some() {
            self.waiting_for_budget.push_back(name.clone());
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
        let strangers = self.held_of_strangers();
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
        let is_crowded = !peer.is_watched && strangers > limits.strangers as u64;
        let incoming = &mut peer.way(lane).incoming;
        let accepted = if is_crowded {
            Err(Violation::Overrun)
        } else {
            incoming.accept(piece, &limits)
        };
        let events = match accepted {
            Ok(Accepted::Repeat | Accepted::Part) => Vec::new(),
            Ok(Accepted::Wants) => {
                self.waiting_for_budget.push_back(name.clone());
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
                self.take_back(&name);
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

    /// What those have sent that nobody here asked for, and nobody has read.
    fn held_of_strangers(&self) -> u64 {
        let strangers = self.peers.values().filter(|peer| !peer.is_watched);
        strangers
            .map(|peer| peer.control.incoming.unread() + peer.frames.incoming.unread())
            .sum()
    }

    /// Takes note that a peer has no path any more; tells whether it had one.
    fn lost(&mut self, name: &PartyId) -> bool {
        let peer = self.peers.get_mut(name);
        let had_one = peer.is_some_and(|peer| peer.path.take().is_some());
        if had_one {
            self.take_back(name);
        }
        had_one
    }

    /// Takes the room back that a peer was given for what it has not sent yet.
    fn take_back(&mut self, name: &PartyId) {
        if let Some(peer) = self.peers.get_mut(name) {
            self.budget += signed(peer.frames.incoming.take_back());
            self.hand_out_budget();
        }
    }

    /// Gives room for long frames to those who wait for it, first come, first served.
    fn hand_out_budget(&mut self) {
        while let Some(name) = self.waiting_for_budget.pop_front() {
            // One that is back asks anew.
            let peer = self.peers.get(&name);
            let peer = peer.filter(|peer| peer.path.is_some() && !peer.is_muted);
            let Some(bytes) = peer.and_then(|peer| peer.frames.incoming.wants()) else {
                continue;
            };
            let overdraft = if self.is_stuck() {
                self.limits.assembling
            } else {
                0
            };
            if signed(bytes) > self.budget + signed(overdraft) {
                self.waiting_for_budget.push_front(name);
                return;
            }
            self.budget -= signed(bytes);
            if let Some(peer) = self.peers.get_mut(&name) {
                peer.frames.incoming.reserve();
            }
            self.activate(&name);
        }
    }

    /// Tells whether all that is given of the budget holds parts of frames whose rest has no room:
    /// then, and only then, it may be overdrawn, once over, for one frame after the other.
    fn is_stuck(&self) -> bool {
        let all = || self.peers.values().map(|peer| &peer.frames.incoming);
        let parts: usize = all().map(Incoming::reserved).sum();
        let is_served = all().any(|incoming| incoming.reserved() > 0 && incoming.wants().is_none());
        !is_served && signed(parts) == signed(self.limits.assembling) - self.budget
    }
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
