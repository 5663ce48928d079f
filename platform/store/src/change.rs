//! Changes: kept as a whole or not at all.

use std::fmt;

use sqlx::{Any, AnyConnection, Transaction};
use tokio::{sync::OwnedMutexGuard, time::timeout};

use crate::{
    Store, StoreError,
    open::{Engine, PATIENCE},
};

/// A change that is being made. Dropping it without [`commit`](Change::commit) undoes it.
#[must_use = "a change that is not committed is undone"]
pub struct Change {
    pub(crate) store: Store,
    transaction: Transaction<'static, Any>,
    _turn: OwnedMutexGuard<()>,
}

impl Change {
    pub(crate) async fn begin(store: &Store) -> Result<Change, StoreError> {
        // SQLite lets those who wait in by chance; this queue is fair.
        let turn = timeout(PATIENCE, store.turn().lock_owned());
        let turn = turn.await.map_err(|_| StoreError::Busy)?;
        let transaction = match store.engine() {
            Engine::Sqlite => store.readers().begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => {
                let mut transaction = store.readers().begin().await?;
                sqlx::query("SELECT place FROM journal_head FOR UPDATE")
                    .execute(&mut *transaction)
                    .await?;
                transaction
            }
        };
        Ok(Change {
            store: store.clone(),
            transaction,
            _turn: turn,
        })
    }

    /// Gives the connection on which the change's statements run.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    /// Keeps the change; it outlives a crash when this returns.
    ///
    /// # Errors
    ///
    /// If it is not kept; after [`StoreError::ConnectionLost`] it may have been.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
