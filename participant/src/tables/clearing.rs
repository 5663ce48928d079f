//! Removing tables that are no longer used, and their keys with them.

use std::{collections::BTreeSet, io, path::Path, time::Duration};

use consilium_base::hex;
use tokio::{task::spawn_blocking, time::sleep};
use tracing::warn;

use super::{QUERY_KEYS, Quarter};
use crate::{
    home::Home,
    store::{StoreError, data_sets, secrets},
    sweep::Aside,
};

/// How often is looked whether a quarter has passed.
const PAUSE: Duration = Duration::from_hours(1);

impl Home {
    /// Removes tables and keys of quarters that have passed, and own tables of versions that are no
    /// longer registered; none that a run uses.
    pub(crate) async fn clear_tables(&self) {
        let quarter = Quarter::of(self.ambient.now()).to_string();
        if let Err(error) = self.forget_keys(&quarter).await {
            warn!(%error, "keys of quarters that have passed can't be forgotten");
        }
        let sets = match data_sets::all(&self.store).await {
            Ok(sets) => sets,
            Err(error) => {
                warn!(%error, "tables of keys are kept: the data sets can't be read");
                return;
            }
        };
        let versions = sets.iter().map(|set| hex::encode(&set.version.0)).collect();
        let home = self.clone();
        let clearing = spawn_blocking(move || home.keep_tables_of(&quarter, &versions));
        let cleared = clearing.await.map_err(io::Error::other);
        if let Err(error) = cleared.flatten() {
            warn!(%error, "tables of keys that are no longer used can't be removed");
        }
    }

    /// Forgets the seeds of earlier quarters.
    ///
    /// # Security
    ///
    /// Whoever has a seed can look for anybody in the tables of its quarter, which the institutions
    /// that fetched them may have kept. The store's files have no forgotten seed any more, nor those
    /// of studies that have ended; copies of these files may have them still.
    async fn forget_keys(&self, quarter: &str) -> Result<(), StoreError> {
        let mut change = self.store.begin().await?;
        secrets::forget_before(&mut change, quarter, QUERY_KEYS).await?;
        change.commit().await?;
        self.store.wipe().await
    }

    /// Removes tables of all other quarters, and own ones of all other versions. Blocks.
    fn keep_tables_of(&self, quarter: &str, versions: &BTreeSet<String>) -> io::Result<()> {
        let mut aside = Aside::default();
        let in_use = self.tables_in_use.all();
        let is_used = |path: &Path| in_use.iter().any(|folder| folder.starts_with(path));
        let is_present = |path: &Path| is_used(path) || path.ends_with(quarter);
        let version = |path: &Path| {
            path.file_name()?
                .to_str()
                .map(|name| versions.contains(name))
        };
        let is_registered = |path: &Path| is_used(path) || version(path) == Some(true);
        let own = self.own_tables();
        let put = aside
            .put(&own, is_present)
            .and(aside.put(&own.join(quarter), is_registered))
            .and(aside.put(&self.fetched_tables(), is_present));
        // Removing takes long: a run that begins doesn't wait for it.
        drop(in_use);
        put.and(aside.remove())
    }

    /// Does so again and again, for as long as it is polled.
    pub(crate) async fn keep_tables_clear(self) {
        loop {
            self.clear_tables().await;
            sleep(PAUSE).await;
        }
    }
}
