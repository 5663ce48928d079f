//! What all parts of the daemon share.

use std::{ops::Deref, sync::Arc};

use consilium_identity::{FederationId, IdentityKey};
use consilium_mailbox::PartyId;
use consilium_node::{
    Ambient, Shutdown, Tasks,
    link::{Epoch, Link},
};
use consilium_proto::v1::to_participant::Kind;
use consilium_store::Store;
use tokio::sync::{mpsc, watch};

use crate::{cards::Awaiting, roster::Roster, study::Parcel};

/// What all parts of the daemon share. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Desk(Arc<Parts>);

pub(crate) struct Parts {
    /// The coordinator's own party.
    pub(crate) me: PartyId,
    pub(crate) federation: FederationId,
    pub(crate) key: Arc<IdentityKey>,
    pub(crate) store: Store,
    pub(crate) link: Link,
    pub(crate) roster: Roster,
    pub(crate) ambient: Ambient,
    /// What is to be said to parties; unbounded, for drivers must not wait for a party, and each
    /// says little.
    pub(crate) parcels: mpsc::UnboundedSender<Parcel>,
    /// What institutions show of scorecards, and is not looked at yet.
    pub(crate) awaiting: Awaiting,
    /// Grows whenever something was kept that watchers may want to see.
    pub(crate) news: watch::Sender<u64>,
    pub(crate) shutdown: Shutdown,
    pub(crate) tasks: Tasks,
}

impl Desk {
    pub(crate) fn new(parts: Parts) -> Desk {
        Desk(Arc::new(parts))
    }

    /// Tells whether a party's daemon can be reached now.
    pub(crate) fn reaches(&self, party: &PartyId) -> bool {
        self.epoch(party).is_some()
    }

    /// Gives the life of a party's daemon that can be reached now.
    pub(crate) fn epoch(&self, party: &PartyId) -> Option<Epoch> {
        *self.link.presence(party).borrow()
    }

    /// Says something to a party; lost if it can't be reached, for then it asks when it is back.
    pub(crate) fn tell(&self, party: &PartyId, what: Kind) {
        let to = party.clone();
        // Without a receiver the daemon is stopping.
        self.parcels.send(Parcel { to, what }).ok();
    }
}

impl Deref for Desk {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
