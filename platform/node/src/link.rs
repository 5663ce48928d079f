//! The way between two daemons through a blind relay: every frame once, in order, within bounds.
//!
//! The rules are kept by a value that is handed what comes in and asked what is to go out, and
//! neither waits nor reads a clock. [`Link`] shares it among many tasks, and the
//! [`Transport`](consilium_mailbox::Transport) of each run hangs on it.
//!
//! # Discussion
//!
//! HTTP/2 has flow control of its own, but it ends at the relay: a receiver that reads slowly
//! would fill the relay, and then block everyone's streams. Here the receiver says how much it
//! has room for, so the relay only ever holds what somebody will take.

mod control;
mod endpoint;
mod hub;
mod incoming;
mod outgoing;
mod packet;
mod runs;
mod transport;
mod violation;

pub use control::{Control, ControlMessage};
pub use hub::{Attachment, Link, Presence, RunTaken};
pub use packet::{BadPacket, Down, Up};
pub use transport::LinkTransport;
pub use violation::Violation;

pub(crate) use endpoint::{Endpoint, Event};
pub(crate) use packet::{Ack, Chunk, read_epoch, read_party};

use std::{fmt, time::Duration};

use bytes::Bytes;

/// The version of the link that this program speaks.
pub const VERSION: u32 = 1;

/// The longest message of the stream, in bytes; what claims to be longer is not read.
pub(crate) const LARGEST_MESSAGE: usize = 1 << 20;
/// The window of HTTP/2, in bytes: what may be under way on the stream.
pub(crate) const STREAM_WINDOW: u32 = 4 << 20;
/// The longest frame of HTTP/2, in bytes.
pub(crate) const LARGEST_HTTP2_FRAME: u32 = 512 << 10;
/// How long a connection may be quiet before the other side is asked whether it is there.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// How long the other side may take to answer that.
pub(crate) const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);

/// One life of a daemon: 16 random bytes, drawn when it starts.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Epoch(pub [u8; 16]);

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .take(4)
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What travels on a way without waiting for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Lane {
    /// Frames of protocols, between any two parties.
    Frames,
    /// Control messages, between a participant and the coordinator.
    Control,
}

/// How much a daemon keeps in memory for its link, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest piece into which frames are cut.
    pub chunk: usize,
    /// What each sender may have on its way to us unread.
    pub window: usize,
    /// What waits here for each receiver, beside the frame that is longer than that.
    pub send_buffer: usize,
    /// The longest frame that is taken.
    pub longest_frame: usize,
    /// The longest control message; it has to fit into half of the window.
    pub longest_control: usize,
    /// What all long frames together may occupy while they are put together.
    pub assembling: usize,
    /// What all those may send together, unread, for whom nobody here has asked.
    pub strangers: usize,
    /// How many peers are known of whom the relay told unasked.
    pub peers: usize,
    /// How long frames are kept of a run that hasn't begun here.
    pub early: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            chunk: 256 << 10,
            window: 4 << 20,
            send_buffer: 8 << 20,
            longest_frame: 128 << 20,
            longest_control: 2 << 20,
            assembling: 512 << 20,
            strangers: 64 << 20,
            peers: 4096,
            early: Duration::from_mins(1),
        }
    }
}

impl Limits {
    /// Gives the longest frame that a lane takes, in bytes.
    fn longest(&self, lane: Lane) -> usize {
        match lane {
            Lane::Frames => self.longest_frame,
            Lane::Control => self.longest_control,
        }
    }

    /// Tells whether the sizes fit each other: none of them can then block for ever.
    pub fn are_consistent(&self) -> bool {
        let one_chunk = self.chunk + CHUNK_OVERHEAD;
        self.chunk > 0
            && self.window / 2 >= one_chunk
            && self.longest_frame >= self.chunk
            && self.longest_control <= self.window / 2
            && self.assembling >= self.longest_frame
    }
}

/// What a chunk costs beside its payload: so much is counted for an empty one too.
const CHUNK_OVERHEAD: usize = 64;

fn weight(payload: &Bytes) -> usize {
    payload.len() + CHUNK_OVERHEAD
}

fn cost(payload: &Bytes) -> u64 {
    weight(payload) as u64
}

#[cfg(test)]
mod tests;
