//! What all parts of the daemon share.

use std::{
    ops::Deref,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use consilium_base::Seed;
use consilium_identity::{FederationId, IdentityKey, Voucher};
use consilium_journal::StudyName;
use consilium_mailbox::PartyId;
use consilium_node::{Ambient, Tasks, link::Link};
use consilium_plan::PlanHash;
use consilium_proto::v1::to_coordinator::Kind;
use consilium_store::Store;
use tokio::sync::{Mutex, Semaphore, mpsc, watch};

use crate::{
    data::Mappings,
    peers::Offered,
    study::{Seen, UnderWay},
    tables::InUse,
};

#[cfg(test)]
pub(crate) mod sample;

/// What all parts of the daemon share. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Home(Arc<Parts>);

pub(crate) struct Parts {
    /// This institution.
    pub(crate) party: PartyId,
    pub(crate) coordinator: PartyId,
    pub(crate) federation: FederationId,
    pub(crate) key: Arc<IdentityKey>,
    /// Whose vouches for keys of others are believed.
    pub(crate) authorities: Vec<Voucher>,
    /// The state folder.
    pub(crate) state: PathBuf,
    pub(crate) store: Store,
    pub(crate) link: Link,
    pub(crate) ambient: Ambient,
    /// Keys the versions of data sets.
    pub(crate) data_key: Arc<Seed>,
    /// The folder that the files of all data sets must lie in, if one is said.
    pub(crate) data_root: Option<PathBuf>,
    /// What mappings may do here.
    pub(crate) mappings: Arc<Mappings>,
    /// Whose turn it is to read a data set.
    pub(crate) reading: Arc<Semaphore>,
    /// Whose turn it is to hold a large set against another institution's small one.
    pub(crate) holding: Mutex<()>,
    /// Whose turn it is to hold rows against the cohorts that were answered for, and to join them.
    pub(crate) answering: Mutex<()>,
    /// Which of the institution's people may ask for such a turn: however many look at studies, a
    /// run waits for one of them.
    pub(crate) looking: Semaphore,
    /// What is to be said to the coordinator; unbounded, for nobody here may wait for it, and each
    /// says little.
    pub(crate) outbox: mpsc::UnboundedSender<Kind>,
    /// Keys that the coordinator names instead of those that are known.
    pub(crate) offered: Offered,
    /// The coordinator's clock less this one's, in milliseconds, as last measured.
    pub(crate) clock_offset: AtomicI64,
    /// Grows whenever a study came in.
    pub(crate) news: watch::Sender<u64>,
    pub(crate) under_way: UnderWay,
    /// Tables of keys that runs use.
    pub(crate) tables_in_use: InUse,
    /// What was found when data sets were last looked at.
    pub(crate) seen: Arc<Seen>,
    pub(crate) tasks: Tasks,
}

impl Home {
    pub(crate) fn new(parts: Parts) -> Home {
        Home(Arc::new(parts))
    }

    /// Says something to the coordinator; lost if it can't be reached, for then all is told anew
    /// when it is back.
    pub(crate) fn tell(&self, what: Kind) {
        // Without a receiver the daemon is stopping.
        self.outbox.send(what).ok();
    }

    /// Tells whether the coordinator can be reached now.
    pub(crate) fn is_connected(&self) -> bool {
        self.link.presence(&self.coordinator).borrow().is_some()
    }

    /// Notes the coordinator's clock.
    pub(crate) fn compare_clocks(&self, theirs_ms: i64) -> i64 {
        let offset = theirs_ms.saturating_sub(self.ambient.now_ms());
        self.clock_offset.store(offset, Ordering::Relaxed);
        offset
    }
}

impl Deref for Home {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Gives the name under which the store has a study: its plan's hash.
pub(crate) fn study_name(plan: &PlanHash) -> StudyName {
    plan.to_string()
        .parse()
        .expect("hexadecimal digits are a study's name")
}
