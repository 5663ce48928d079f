//! Who is connected, who wants to hear of whom, and what waits for whom; as a value.

mod seat;

pub use seat::Misconduct;
pub(crate) use seat::{End, Over, Passed, Seat};

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use consilium_mailbox::PartyId;

use super::{PROGRESS, RelayLimits};
use crate::link::{Ack, Chunk, Down, Epoch, Lane, Up};
use seat::{Live, MESSAGE, weight};

/// The streams of all daemons.
#[derive(Debug)]
pub(crate) struct Table {
    limits: RelayLimits,
    home: PartyId,
    slots: HashMap<PartyId, Slot>,
    paths: u64,
    held: usize,
    /// Most bytes that ever waited, for tests of the bound.
    pub(crate) highest: usize,
}

#[derive(Debug, Default)]
struct Slot {
    live: Option<Live>,
    watchers: BTreeSet<PartyId>,
}

impl Table {
    pub(crate) fn new(home: PartyId, limits: RelayLimits) -> Table {
        Table {
            limits,
            home,
            slots: HashMap::new(),
            paths: 0,
            held: 0,
            highest: 0,
        }
    }

    /// Gives who has this party's place now: its epoch, and its seat.
    pub(crate) fn occupant(&self, party: &PartyId) -> Option<(Epoch, Seat)> {
        let live = self.slots.get(party)?.live.as_ref()?;
        Some((live.epoch, live.seat(party)))
    }

    /// Seats a stream; whoever sat there has to go.
    pub(crate) fn seat(
        &mut self,
        party: &PartyId,
        epoch: Epoch,
        watches: &[PartyId],
    ) -> Result<Seat, Misconduct> {
        if watches.len() > self.limits.watches {
            return Err(Misconduct::TooManyWatches(self.limits.watches));
        }
        self.unseat_present(party);
        self.paths += 1;
        let path = self.paths;
        let live = Live {
            path,
            epoch,
            queue: VecDeque::new(),
            weight: 0,
            stale: 0,
            is_cut: false,
            watches: BTreeSet::new(),
            mail: Arc::default(),
            answered: Arc::default(),
        };
        let seat = live.seat(party);
        let home = self.home.clone();
        self.slots.entry(party.clone()).or_default().live = Some(live);
        if *party != home {
            self.let_home_watch(party);
            self.watch(party, &home);
        }
        let up = Down::PeerUp {
            peer: party.clone(),
            path,
            epoch,
        };
        self.tell_watchers(party, &up);
        for peer in watches {
            self.watch(party, peer);
        }
        if *party == home {
            self.watch_everyone();
        }
        Ok(seat)
    }

    /// Ends a stream, if it still has its place.
    pub(crate) fn unseat(&mut self, party: &PartyId, path: u64) {
        if self.is_seated(party, path) {
            self.unseat_present(party);
            let down = Down::PeerDown {
                peer: party.clone(),
            };
            self.tell_watchers(party, &down);
            self.forget_if_idle(party);
        }
    }

    /// Takes a message from a daemon.
    pub(crate) fn receive(&mut self, party: &PartyId, path: u64, up: Up) -> Result<Passed, End> {
        if !self.is_seated(party, path) {
            return Err(End::Over);
        }
        match up {
            Up::Watch(peer) => {
                let watches = self.live(party).map_or(0, |live| live.watches.len());
                if watches >= self.limits.watches {
                    let limit = self.limits.watches;
                    return Err(End::Misconduct(Misconduct::TooManyWatches(limit)));
                }
                self.watch(party, &peer);
            }
            Up::Alive => {
                if let Some(live) = self.live(party) {
                    live.answered.notify_waiters();
                }
            }
            Up::Chunk(Chunk { peer, .. }) | Up::Ack(Ack { peer, .. }) if peer == *party => {
                return Err(End::Misconduct(Misconduct::ToItself));
            }
            Up::Chunk(chunk) => {
                if chunk.lane == Lane::Control && *party != self.home && chunk.peer != self.home {
                    return Err(End::Misconduct(Misconduct::ControlAstray));
                }
                let size = chunk.payload.len() + MESSAGE;
                if size > self.limits.longest_message() {
                    return Err(End::Misconduct(Misconduct::TooLong));
                }
                if !self.is_on_time(&chunk.peer, chunk.path) {
                    return Ok(Passed::On);
                }
                if self.is_full(&chunk.peer, size) {
                    return Ok(Passed::Full(Up::Chunk(chunk)));
                }
                let to = self.introduce(party, &chunk.peer);
                let (peer, path) = (party.clone(), path);
                self.push(
                    &to,
                    Down::Chunk(Chunk {
                        peer,
                        path,
                        ..chunk
                    }),
                );
            }
            Up::Ack(ack) => {
                if !self.is_on_time(&ack.peer, ack.path) {
                    return Ok(Passed::On);
                }
                if self.is_full(&ack.peer, MESSAGE) {
                    return Ok(Passed::Full(Up::Ack(ack)));
                }
                let to = self.introduce(party, &ack.peer);
                let (peer, path) = (party.clone(), path);
                self.push(&to, Down::Ack(Ack { peer, path, ..ack }));
            }
        }
        Ok(Passed::On)
    }

    /// Gives the next message for a daemon, and whether that made room where there was none.
    pub(crate) fn next(
        &mut self,
        party: &PartyId,
        path: u64,
    ) -> Result<Option<(Down, bool)>, Over> {
        let (total, queue) = (self.limits.total, self.limits.queue);
        let longest = self.limits.longest_message();
        let was_tight = self.held + longest > total;
        if !self.is_seated(party, path) {
            return Err(Over);
        }
        let live = self.live(party).filter(|live| !live.is_cut).ok_or(Over)?;
        let was_full = live.weight + longest > queue;
        let Some(down) = live.queue.pop_front() else {
            return Ok(None);
        };
        let weight = weight(&down);
        live.weight -= weight;
        live.stale = live.stale.saturating_sub(weight);
        self.held -= weight;
        Ok(Some((down, was_full || was_tight)))
    }

    /// Takes the places of those who have let lie what waited at the last sweep; gives who they are.
    pub(crate) fn sweep(&mut self) -> Vec<PartyId> {
        let mut idle = Vec::new();
        for (party, slot) in &mut self.slots {
            let Some(live) = &mut slot.live else {
                continue;
            };
            if live.is_cut || live.stale > 0 {
                idle.push((party.clone(), live.path));
            }
            live.stale = live.weight.min(PROGRESS);
        }
        for (party, path) in &idle {
            self.unseat(party, *path);
        }
        idle.into_iter().map(|(party, _)| party).collect()
    }

    /// Asks a daemon whether it is alive, because another knocks with its identity.
    pub(crate) fn challenge(&mut self, party: &PartyId) {
        self.push(party, Down::Rival);
    }

    /// Gives the bytes that wait here.
    pub(crate) fn held(&self) -> usize {
        self.held
    }

    fn live(&mut self, party: &PartyId) -> Option<&mut Live> {
        self.slots.get_mut(party)?.live.as_mut()
    }

    fn is_seated(&self, party: &PartyId, path: u64) -> bool {
        let live = self.slots.get(party).and_then(|slot| slot.live.as_ref());
        live.is_some_and(|live| live.path == path)
    }

    /// Tells whether a message was sent for the stream that its receiver has now.
    fn is_on_time(&self, peer: &PartyId, path: u64) -> bool {
        self.is_seated(peer, path)
    }

    fn is_full(&self, peer: &PartyId, size: usize) -> bool {
        let live = self.slots.get(peer).and_then(|slot| slot.live.as_ref());
        let waits = live.map_or(0, |live| live.weight);
        waits + size > self.limits.queue || self.held + size > self.limits.total
    }

    /// Sees to it that `to` knows the sender's path before anything of it arrives.
    fn introduce(&mut self, sender: &PartyId, to: &PartyId) -> PartyId {
        self.watch(to, sender);
        to.clone()
    }

    fn watch(&mut self, watcher: &PartyId, peer: &PartyId) {
        if let Some(live) = self.live(watcher) {
            live.watches.insert(peer.clone());
        }
        let slot = self.slots.entry(peer.clone()).or_default();
        if !slot.watchers.insert(watcher.clone()) {
            return;
        }
        let peer = peer.clone();
        let news = match &slot.live {
            Some(live) => Down::PeerUp {
                peer,
                path: live.path,
                epoch: live.epoch,
            },
            None => Down::PeerDown { peer },
        };
        self.push(watcher, news);
    }

    /// The coordinator's own party hears of everyone.
    fn let_home_watch(&mut self, party: &PartyId) {
        let home = self.home.clone();
        if let Some(live) = self.live(&home) {
            live.watches.insert(party.clone());
            let slot = self.slots.entry(party.clone()).or_default();
            slot.watchers.insert(home);
        }
    }

    fn watch_everyone(&mut self) {
        let home = self.home.clone();
        let present = self.slots.iter().filter(|(_, slot)| slot.live.is_some());
        let names: Vec<PartyId> = present.map(|(name, _)| name.clone()).collect();
        for name in names.iter().filter(|name| **name != home) {
            self.watch(&home, name);
        }
    }

    fn tell_watchers(&mut self, about: &PartyId, news: &Down) {
        let watchers = self.slots.get(about).map(|slot| slot.watchers.clone());
        for watcher in watchers.unwrap_or_default() {
            self.push(&watcher, news.clone());
        }
    }

    fn push(&mut self, to: &PartyId, down: Down) {
        let weight = weight(&down);
        let most = self.limits.queue + self.limits.longest_message();
        let Some(live) = self.live(to) else {
            return;
        };
        live.mail.notify_waiters();
        if live.weight + weight > most {
            // Chunks wait at their senders; only news of comings and goings gets here, and a
            // daemon that misses some has to begin anew.
            live.is_cut = true;
            live.queue.clear();
            self.held -= std::mem::take(&mut live.weight);
            return;
        }
        live.queue.push_back(down);
        live.weight += weight;
        self.held += weight;
        self.highest = self.highest.max(self.held);
    }

    fn unseat_present(&mut self, party: &PartyId) {
        let Some(live) = self.slots.get_mut(party).and_then(|slot| slot.live.take()) else {
            return;
        };
        self.held -= live.weight;
        live.mail.notify_waiters();
        for peer in &live.watches {
            if let Some(slot) = self.slots.get_mut(peer) {
                slot.watchers.remove(party);
            }
            self.forget_if_idle(peer);
        }
    }

    fn forget_if_idle(&mut self, party: &PartyId) {
        let idle = |slot: &Slot| slot.live.is_none() && slot.watchers.is_empty();
        if self.slots.get(party).is_some_and(idle) {
            self.slots.remove(party);
        }
    }
}
