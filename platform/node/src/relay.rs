//! The coordinator's part in the link: it passes on what it can't read.
//!
//! [`Relay`] routes between the participants' streams and the coordinator's own party, which
//! hangs on it in memory. It keeps nothing beyond what its bounds say, acknowledges nothing, and
//! writes the sender's name on every chunk from what TLS says who the sender is. A daemon that lets
//! lie what waits for it loses its stream, so that those who send to it never wait for long.

mod home;
mod hub;
mod service;

pub(crate) mod table;

pub use hub::{Connection, Refusal, Relay};
pub use service::LinkService;
pub use table::Misconduct;

use std::time::Duration;

/// How much the relay keeps in memory, in bytes, and how long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayLimits {
    /// What waits for one daemon; more makes those wait who send to it.
    pub queue: usize,
    /// What waits for all daemons together.
    pub total: usize,
    /// How many parties one daemon may ask about.
    pub watches: usize,
    /// How long a daemon may take to answer when another knocks with its identity.
    pub rival: Duration,
    /// How long what waits may lie: by then a mebibyte of it has been taken, or all.
    pub stall: Duration,
}

/// What a daemon takes at least of what has waited for it, in bytes, or it loses its stream: with
/// the default patience 35 kB/s, far less than any line on which a study makes sense.
const PROGRESS: usize = 1 << 20;

impl RelayLimits {
    /// The longest message that is passed on: a full queue has room again once it has room for it.
    fn longest_message(&self) -> usize {
        self.queue.min(self.total) / 4
    }
}

impl Default for RelayLimits {
    fn default() -> Self {
        RelayLimits {
            queue: 32 << 20,
            total: 256 << 20,
            watches: 4096,
            rival: Duration::from_secs(5),
            // As long as a connection whose other end is silent lives.
            stall: Duration::from_secs(30),
        }
    }
}
