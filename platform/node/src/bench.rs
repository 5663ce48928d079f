//! What the relay costs, measured in one process: for `consilium bench`.

mod forwarder;
mod idle;
mod relay;
mod stage;

pub use idle::{Idle, idle};
pub use relay::{Lap, Measurement, relay};

use consilium_mailbox::PartyId;

use crate::tls::{ClientTls, ServerTls};

/// Certificates of the federation that is measured.
pub struct Certificates<'a> {
    /// Of the coordinator, `coordinator`.
    pub server: ServerTls,
    /// Of a participant of any name.
    pub client: &'a dyn Fn(&PartyId) -> ClientTls,
}

impl std::fmt::Debug for Certificates<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}
