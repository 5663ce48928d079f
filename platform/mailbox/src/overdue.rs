//! Whom a party has been waiting for longer than it should have to.

use tokio::{sync::watch, time::Instant};

use crate::PartyId;

/// The peers whose messages a party has awaited for longer than its murmur.
///
/// Cloning is cheap, and all clones are one list. It is for people to look at: no protocol depends
/// on it.
#[derive(Clone, Debug, Default)]
pub struct Overdue(watch::Sender<Vec<Wait>>);

/// A peer that is awaited, and since when.
pub type Wait = (PartyId, Instant);

impl Overdue {
    /// Tells who is overdue, and of every change; a peer stands there once for each message.
    pub fn subscribe(&self) -> watch::Receiver<Vec<Wait>> {
        self.0.subscribe()
    }

    /// Puts a peer on the list for as long as what this gives is kept.
    pub(crate) fn add(&self, wait: Wait) -> Listed {
        self.0.send_modify(|waits| waits.push(wait.clone()));
        let list = self.clone();
        Listed { list, wait }
    }
}

/// A place on the list; dropping it gives it up.
#[derive(Debug)]
pub(crate) struct Listed {
    list: Overdue,
    wait: Wait,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.list.0.send_modify(|waits| {
            // Equal waits are as good as each other.
            if let Some(place) = waits.iter().position(|wait| *wait == self.wait) {
                waits.swap_remove(place);
            }
        });
    }
}
