//! Frames that arrived, kept apart by run and peer until they are read.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use consilium_mailbox::{Frame, PartyId, RunId};
use tokio::sync::Notify;

use super::incoming::Receipt;

/// How many runs are remembered after their end, so that late frames find no place.
const REMEMBERED: usize = 4096;

/// A frame that waits to be read, and the room that it occupies.
pub(super) type Waiting = (Frame, Receipt);

/// The runs that this daemon takes part in, and frames of those it doesn't know yet.
#[derive(Debug, Default)]
pub(super) struct Runs {
    open: HashMap<RunId, HashMap<PartyId, Inlet>>,
    early: HashMap<RunId, Vec<(PartyId, Waiting)>>,
    over: HashSet<RunId>,
    over_in_order: VecDeque<RunId>,
}

/// What one peer sends in one run.
#[derive(Debug, Default)]
struct Inlet {
    waiting: VecDeque<Waiting>,
    is_closed: bool,
    news: Arc<Notify>,
}

/// What became of a frame that arrived.
#[derive(Debug)]
pub(super) enum Placed {
    /// It waits for its reader.
    Waits,
    /// It is the first of a run that hasn't begun here.
    FirstOfEarly,
    /// Nobody will read it.
    Unwanted(Receipt),
}

impl Runs {
    /// Opens a run; gives frames that came early from others than `peers`, or `None` if it is open.
    pub(super) fn open(
        &mut self,
        run: RunId,
        peers: &[PartyId],
    ) -> Option<Vec<(PartyId, Receipt)>> {
        if self.open.contains_key(&run) {
            return None;
        }
        let is_over = self.over.contains(&run);
        let mut inlets: HashMap<_, _> = peers
            .iter()
            .map(|peer| {
                let is_closed = is_over;
                (
                    peer.clone(),
                    Inlet {
                        is_closed,
                        ..Inlet::default()
                    },
                )
            })
            .collect();
        let mut unwanted = Vec::new();
        for (peer, waiting) in self.early.remove(&run).unwrap_or_default() {
            match inlets.get_mut(&peer) {
                Some(inlet) => inlet.waiting.push_back(waiting),
                None => unwanted.push((peer, waiting.1)),
            }
        }
        self.open.insert(run, inlets);
        Some(unwanted)
    }

    /// Gives a frame its place.
    pub(super) fn place(&mut self, peer: &PartyId, frame: Frame, receipt: Receipt) -> Placed {
        let run = frame.run;
        if let Some(inlets) = self.open.get_mut(&run) {
            return match inlets.get_mut(peer) {
                Some(inlet) if !inlet.is_closed => {
                    inlet.waiting.push_back((frame, receipt));
                    inlet.news.notify_waiters();
                    Placed::Waits
                }
                _ => Placed::Unwanted(receipt),
            };
        }
        if self.over.contains(&run) {
            return Placed::Unwanted(receipt);
        }
        let early = self.early.entry(run).or_default();
        early.push((peer.clone(), (frame, receipt)));
        if early.len() == 1 {
            Placed::FirstOfEarly
        } else {
            Placed::Waits
        }
    }

    /// Gives the next frame; `Err` if none can come any more.
    pub(super) fn take(&mut self, run: RunId, peer: &PartyId) -> Result<Option<Waiting>, ()> {
        let inlet = self.open.get_mut(&run).and_then(|run| run.get_mut(peer));
        let inlet = inlet.ok_or(())?;
        match inlet.waiting.pop_front() {
            None if inlet.is_closed => Err(()),
            waiting => Ok(waiting),
        }
    }

    /// Gives what tells of the next frame from `peer`.
    pub(super) fn news(&self, run: RunId, peer: &PartyId) -> Option<Arc<Notify>> {
        Some(self.open.get(&run)?.get(peer)?.news.clone())
    }

    /// Tells whether frames to `peer` still make sense.
    pub(super) fn is_open(&self, run: RunId, peer: &PartyId) -> bool {
        let inlet = self.open.get(&run).and_then(|run| run.get(peer));
        inlet.is_some_and(|inlet| !inlet.is_closed)
    }

    /// Ends all runs with a peer; what came from it in open ones can still be read.
    pub(super) fn close_all(&mut self, peer: &PartyId) -> Vec<(PartyId, Receipt)> {
        for inlet in self.open.values_mut().filter_map(|run| run.get_mut(peer)) {
            inlet.is_closed = true;
            inlet.news.notify_waiters();
        }
        let from_peer = |(who, _): &(PartyId, Waiting)| who == peer;
        let dead = self
            .early
            .iter()
            .filter(|(_, early)| early.iter().any(from_peer));
        let dead: Vec<RunId> = dead.map(|(run, _)| *run).collect();
        dead.into_iter().flat_map(|run| self.expire(run)).collect()
    }

    /// Ends a run here; gives back what nobody will read.
    pub(super) fn end(&mut self, run: RunId) -> Vec<(PartyId, Receipt)> {
        let mut receipts = Vec::new();
        for (peer, inlet) in self.open.remove(&run).unwrap_or_default() {
            let gone = inlet
                .waiting
                .into_iter()
                .map(|(_, receipt)| (peer.clone(), receipt));
            receipts.extend(gone);
        }
        self.remember(run);
        receipts
    }

    /// Gives up a run that never began here; gives back what came for it.
    pub(super) fn expire(&mut self, run: RunId) -> Vec<(PartyId, Receipt)> {
        let Some(early) = self.early.remove(&run) else {
            return Vec::new();
        };
        self.remember(run);
        let receipt = |(peer, (_, receipt))| (peer, receipt);
        early.into_iter().map(receipt).collect()
    }

    fn remember(&mut self, run: RunId) {
        if !self.over.insert(run) {
            return;
        }
        self.over_in_order.push_back(run);
        if self.over_in_order.len() > REMEMBERED
            && let Some(oldest) = self.over_in_order.pop_front()
        {
            self.over.remove(&oldest);
        }
    }
}
