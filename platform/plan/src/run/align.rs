//! What the parties of an alignment say to each other and to the coordinator beside the protocol.

use consilium_mailbox::Message;
use serde::{Deserialize, Serialize};

/// How far a party has come, for the coordinator: chunks or buckets of keys that it has done.
///
/// The coordinator can count the sealed frames that it passes on: this tells it nothing new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compared {
    /// So many chunks.
    Chunks(u32),
    /// All, and every party has kept what they learnt.
    Done,
}

impl Message for Compared {
    const STEP: &'static str = "align.1.compared";
}
