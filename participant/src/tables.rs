//! Tables that are kept for a quarter of a year: own ones for the queries of others, and fetched
//! ones of others.

mod clearing;
mod in_use;
mod quarter;

use std::path::PathBuf;

use consilium_base::{Digest, Seed, Tagged, hex};
use consilium_mailbox::PartyId;
use consilium_node::FileSpill;

use crate::{
    home::Home,
    store::{
        StoreError,
        queries::KeyScope,
        secrets::{self, Purpose},
    },
};

pub(crate) use in_use::{InUse, InUseGuard};
pub(crate) use quarter::Quarter;

/// What the store calls a quarter's seed of the keys under which others ask.
const QUERY_KEYS: Purpose = Purpose("query-keys");

/// A key under which one other institution asks about one version of a data set in one quarter.
pub(crate) struct QueryKey {
    pub(crate) of: KeyScope,
    pub(crate) seed: Seed,
    /// Hash of what the key is for.
    pub(crate) context: Digest,
}

impl Home {
    /// Gives the key for that purview; it is the same whenever it is asked for in its quarter.
    pub(crate) async fn query_key(&self, of: KeyScope) -> Result<QueryKey, StoreError> {
        let mut change = self.store.begin().await?;
        let rng = &mut self.ambient.generator();
        let all = secrets::of_period(&mut change, &of.quarter, QUERY_KEYS, rng).await?;
        change.commit().await?;
        let context = Tagged::new("participant.1.query-key")
            .field(self.party.as_str().as_bytes())
            .field(of.data_set.as_bytes())
            .field(&of.version.0)
            .field(of.peer.as_str().as_bytes())
            .field(of.quarter.as_bytes())
            .digest();
        Ok(QueryKey {
            seed: all.derive("participant.1.query-key", &[&context]),
            of,
            context,
        })
    }

    /// Where the table of an own key is kept, for as long as what comes with it is there.
    pub(crate) fn own_table(&self, key: &QueryKey) -> (FileSpill, InUseGuard) {
        let version = hex::encode(&key.of.version.0);
        let folder = self.own_tables().join(&key.of.quarter).join(version);
        self.table(folder.join(hex::encode(&key.context)))
    }

    /// Where the table is kept that a holder sends of a data set, for as long as what comes with it
    /// is there.
    pub(crate) fn fetched_table(
        &self,
        holder: &PartyId,
        data: &str,
        quarter: Quarter,
    ) -> (FileSpill, InUseGuard) {
        let digest = Tagged::new("participant.1.fetched-table")
            .field(holder.as_str().as_bytes())
            .field(data.as_bytes())
            .digest();
        let folder = self.fetched_tables().join(quarter.to_string());
        self.table(folder.join(hex::encode(&digest)))
    }

    fn table(&self, folder: PathBuf) -> (FileSpill, InUseGuard) {
        let guard = self.tables_in_use.begin(&folder);
        (FileSpill::new(folder), guard)
    }

    fn own_tables(&self) -> PathBuf {
        self.state.join("tables").join("own")
    }

    fn fetched_tables(&self) -> PathBuf {
        self.state.join("tables").join("from")
    }
}

#[cfg(test)]
mod tests;
