//! One daemon's view of another.

use consilium_mailbox::PartyId;

use crate::link::{Ack, Chunk, Epoch, Lane, Up, incoming::Incoming, outgoing::Outgoing};

pub(super) const LANES: [Lane; 2] = [Lane::Control, Lane::Frames];

/// What is between this daemon and one other.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each changes by itself")]
pub(super) struct Peer {
    pub(super) path: Option<u64>,
    pub(super) epoch: Option<Epoch>,
    pub(super) control: Way,
    pub(super) frames: Way,
    /// This daemon asked for it; others are those of whom the relay told unasked.
    pub(super) is_watched: bool,
    pub(super) is_active: bool,
    /// What is for it stays here for now.
    pub(super) is_held: bool,
    /// It broke the rules: its chunks are ignored until its next path.
    pub(super) is_muted: bool,
}

/// Both directions of a lane.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) outgoing: Outgoing,
    pub(super) incoming: Incoming,
}

impl Peer {
    pub(super) fn way(&mut self, lane: Lane) -> &mut Way {
        match lane {
            Lane::Control => &mut self.control,
            Lane::Frames => &mut self.frames,
        }
    }

    /// Tells whether everything that was offered has been acknowledged, if the peer is up.
    pub(super) fn is_settled(&self) -> bool {
        let is_empty = self.frames.outgoing.is_empty() && self.control.outgoing.is_empty();
        self.path.is_none() || is_empty
    }

    /// Tells whether something is to go out.
    pub(super) fn has_next(&self) -> bool {
        let ready = |way: &Way| way.incoming.owes_acknowledgement() || way.outgoing.may_send();
        self.path.is_some() && !self.is_held && (ready(&self.control) || ready(&self.frames))
    }

    /// Gives what is to go out next: acknowledgements first, then control before frames.
    pub(super) fn next(&mut self, name: &PartyId) -> Option<Up> {
        let path = self.path.filter(|_| !self.is_held)?;
        for lane in LANES {
            if let Some((number, limit)) = self.way(lane).incoming.acknowledgement() {
                let peer = name.clone();
                return Some(Up::Ack(Ack {
                    peer,
                    path,
                    lane,
                    number,
                    limit,
                }));
            }
        }
        for lane in LANES {
            if let Some(piece) = self.way(lane).outgoing.next() {
                return Some(Up::Chunk(Chunk {
                    peer: name.clone(),
                    path,
                    lane,
                    number: piece.number,
                    total: piece.total,
                    payload: piece.payload,
                }));
            }
        }
        None
    }
}
