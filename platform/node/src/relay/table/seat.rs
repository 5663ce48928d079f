//! One daemon's place in the table, and what may come of its messages.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use consilium_mailbox::PartyId;
use tokio::sync::Notify;

use crate::link::{Down, Epoch, Up};

/// What a message that waits costs beside its payload.
pub(super) const MESSAGE: usize = 256;

/// A daemon's present stream.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) path: u64,
    pub(super) epoch: Epoch,
    pub(super) queue: VecDeque<Down>,
    pub(super) weight: usize,
    /// What of it has lain there since the last sweep.
    pub(super) stale: usize,
    /// It let so much lie unread that some was thrown away: its stream is to end.
    pub(super) is_cut: bool,
    pub(super) watches: BTreeSet<PartyId>,
    pub(super) mail: Arc<Notify>,
    pub(super) answered: Arc<Notify>,
}

/// A stream that has its place in the table.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) party: PartyId,
    pub(crate) path: u64,
    /// Tells that something waits for this stream, or that it is over.
    pub(crate) mail: Arc<Notify>,
    /// Tells that the daemon answered [`Down::Rival`].
    pub(crate) answered: Arc<Notify>,
}

/// The stream is over: another has its place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Over;

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    /// It is where it belongs, or was dropped because its receiver is gone.
    On,
    /// There is no room; here it is back.
    Full(Up),
}

/// What a daemon did that the link's rules forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misconduct {
    /// It asks about too many parties.
    #[error("it asks about more than {0} parties")]
    TooManyWatches(usize),
    /// It sent control messages to another participant.
    #[error("it sent control messages to another participant")]
    ControlAstray,
    /// It sent something to itself, for which nobody needs a relay.
    #[error("it sent something to itself")]
    ToItself,
    /// It sent something longer than the queues.
    #[error("it sent a chunk longer than the relay takes")]
    TooLong,
}

/// Why a stream doesn't go on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Over,
    Misconduct(Misconduct),
}

impl Live {
    pub(super) fn seat(&self, party: &PartyId) -> Seat {
        Seat {
            party: party.clone(),
            path: self.path,
            mail: self.mail.clone(),
            answered: self.answered.clone(),
        }
    }
}

pub(super) fn weight(down: &Down) -> usize {
    match down {
        Down::Chunk(chunk) => chunk.payload.len() + MESSAGE,
        _ => MESSAGE,
    }
}
