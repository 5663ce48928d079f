//! Worlds inside one process: in memory, and simulated.

mod hub;
mod link;
pub mod sim;
mod transport;

/// All parties in one process, over links that cost nothing.
pub mod mem {
    use super::sim::World;
    use crate::{Mailbox, PartyId, RunId};

    /// Gives each party its mailbox of one common run.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn mailboxes(parties: &[PartyId]) -> Vec<Mailbox> {
        World::new(0)
            .without_transcript()
            .mailboxes(parties, RunId([0; 16]))
    }
}
