//! Opening a store.

use std::{
    fmt,
    future::ready,
    sync::{Arc, Mutex},
    time::Duration,
};

use consilium_base::{Generator, Seed};
use consilium_journal::Head;
use consilium_mailbox::PartyId;
use sqlx::{AnyConnection, AnyPool, Connection as _, Row as _, any::AnyPoolOptions};
use tokio::time::timeout;

use crate::{
    Change, Location, Step, StoreError,
    columns::Columns as _,
    folder::{self, Lock},
    schema,
};

/// Connections to one database: a change has one, readers share the others.
const CONNECTIONS: u32 = 4;

/// How long a reader or a change waits for its turn.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a SQLite connection begins with: a commit is on the disk when it returns, and what is
/// deleted is overwritten in the database's file, once that has the change ([`Store::wipe`]).
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                       PRAGMA busy_timeout = 30000; PRAGMA foreign_keys = ON; \
                       PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON";

/// What a store is opened with.
#[expect(missing_debug_implementations, reason = "holds a seed")]
pub struct Opening<'a> {
    /// Where it is.
    pub location: &'a Location,
    /// Whose it is; a store never changes its owner.
    pub owner: &'a PartyId,
    /// The schema of the owner's own tables; numbers from 1000.
    pub steps: &'a [Step],
    /// What the salts of the journal are drawn from: fresh at every start.
    pub salts: Seed,
}

/// What a daemon keeps. Cheap to clone.
///
/// Not for a paused clock: tokio would skip the wait for the database.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    pool: AnyPool,
    engine: Engine,
    turn: Arc<tokio::sync::Mutex<()>>,
    salts: Mutex<Generator>,
    _lock: Option<Lock>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Store {
    /// Opens a store, making it where there is none, and brings it to this program's schema.
    ///
    /// # Errors
    ///
    /// If it is in use, out of reach, damaged, somebody else's, or a later program's.
    pub async fn create(opening: Opening<'_>) -> Result<Store, StoreError> {
        let store = Store::connect(&opening).await?;
        schema::migrate(store.readers(), opening.steps).await?;
        let origin = Head::origin(opening.owner.as_str());
        sqlx::query(
            "INSERT INTO journal_head (place, owner, entries, hash) VALUES (1, $1, 0, $2) \
             ON CONFLICT (place) DO NOTHING",
        )
        .bind(opening.owner.as_str())
        .bind(&origin.hash[..])
        .execute(store.readers())
        .await?;
        store.belongs_to(opening.owner).await?;
        Ok(store)
    }

    /// Opens a store that was made before, and brings it to this program's schema.
    ///
    /// # Errors
    ///
    /// As [`Store::create`], and [`StoreError::Lost`] where there is nothing.
    ///
    /// # Security
    ///
    /// A daemon that began anew without a word would have forgotten what it opened, how often it
    /// took part and whose keys were compared.
    pub async fn open(opening: Opening<'_>) -> Result<Store, StoreError> {
        if let Location::Folder(folder) = opening.location
            && !folder::has_database(folder)
        {
            return Err(StoreError::Lost);
        }
        let store = Store::connect(&opening).await?;
        if !store.has_journal().await? {
            return Err(StoreError::Lost);
        }
        schema::migrate(store.readers(), opening.steps).await?;
        store.belongs_to(opening.owner).await?;
        Ok(store)
    }

    async fn connect(opening: &Opening<'_>) -> Result<Store, StoreError> {
        sqlx::any::install_default_drivers();
        let (engine, url, lock) = match opening.location {
            Location::Folder(folder) => {
                let lock = folder::lock(folder)?;
                (Engine::Sqlite, folder::database(folder)?, Some(lock))
            }
            Location::Postgres(url) => (Engine::Postgres, url.expose().to_owned(), None),
        };
        Ok(Store(Arc::new(Inner {
            pool: connect(engine, &url).await?,
            engine,
            turn: Arc::default(),
            salts: Mutex::new(opening.salts.generator()),
            _lock: lock,
        })))
    }

    /// Begins a change, when those before it have ended.
    ///
    /// # Errors
    ///
    /// If the database can't be reached or is kept busy.
    pub async fn begin(&self) -> Result<Change, StoreError> {
        Change::begin(self).await
    }

    /// Gives the connections for queries that only read.
    pub fn readers(&self) -> &AnyPool {
        &self.0.pool
    }

    /// Brings all changes into SQLite's file and empties its write-ahead log: what was deleted before
    /// is in neither any more. A start after a crash does the same.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] if readers are in the way for long; the next call may do it.
    ///
    /// # Security
    ///
    /// The log alone is emptied after thousands of changes only, so a key that was deleted would lie
    /// in files for weeks. This program can't wipe copies of them, nor what `PostgreSQL` keeps: here
    /// it does nothing.
    pub async fn wipe(&self) -> Result<(), StoreError> {
        if self.engine() == Engine::Postgres {
            return Ok(());
        }
        // A change under way would be waited for, and hold up all that follow.
        let turn = timeout(PATIENCE, self.0.turn.lock());
        let _turn = turn.await.map_err(|_| StoreError::Busy)?;
        let query = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
        let busy: i64 = query.fetch_one(self.readers()).await?.try_get(0)?;
        if busy == 0 {
            Ok(())
        } else {
            Err(StoreError::Busy)
        }
    }

    /// Waits until all connections are closed; the state folder is free then, if no clone is left.
    pub async fn close(self) {
        self.0.pool.close().await;
    }

    pub(crate) fn engine(&self) -> Engine {
        self.0.engine
    }

    pub(crate) fn turn(&self) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(&self.0.turn)
    }

    pub(crate) fn salts(&self) -> &Mutex<Generator> {
        &self.0.salts
    }

    async fn has_journal(&self) -> Result<bool, StoreError> {
        let tables = match self.engine() {
            Engine::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = 'journal_head'",
            Engine::Postgres => {
                "SELECT COUNT(*) FROM pg_tables \
                 WHERE schemaname = current_schema() AND tablename = 'journal_head'"
            }
        };
        let tables: i64 = sqlx::query_scalar(tables).fetch_one(self.readers()).await?;
        Ok(tables > 0)
    }

    /// Sees that the store is the owner's.
    async fn belongs_to(&self, owner: &PartyId) -> Result<(), StoreError> {
        let query = sqlx::query("SELECT owner FROM journal_head WHERE place = 1");
        let found = query.fetch_optional(self.readers()).await?;
        let found = found.ok_or(StoreError::Lost)?.text("owner")?;
        if found == owner.as_str() {
            Ok(())
        } else {
            Err(StoreError::OtherOwner {
                expected: owner.clone(),
                found,
            })
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("engine", &self.0.engine)
            .finish_non_exhaustive()
    }
}

async fn connect(engine: Engine, url: &str) -> Result<AnyPool, StoreError> {
    first(engine, url).await?;
    AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .after_connect(move |connection, _| Box::pin(prepare(engine, connection)))
        .before_acquire(|connection, _| Box::pin(ready(Ok(is_free(connection)))))
        .connect(url)
        .await
        .map_err(StoreError::connecting)
}

/// Connects once without a pool, which would try again and again where there is no hope.
///
/// Reads a SQLite file as a whole, so that damage shows before anything builds on it.
async fn first(engine: Engine, url: &str) -> Result<(), StoreError> {
    let connection = timeout(PATIENCE, AnyConnection::connect(url)).await;
    let connection = connection.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    let mut connection = connection.map_err(StoreError::connecting)?;
    prepare(engine, &mut connection).await?;
    if engine == Engine::Sqlite {
        let found = sqlx::query("PRAGMA quick_check(1)")
            .fetch_one(&mut connection)
            .await?;
        let found: String = found.try_get(0)?;
        if found != "ok" {
            return Err(StoreError::corrupted(found));
        }
    }
    Ok(connection.close().await?)
}

/// Tells whether a connection has left its last transaction.
///
/// SQLite undoes a transaction by itself when the disk is full; the driver then can't, and takes
/// the connection for one in the middle of it for ever after.
fn is_free(connection: &AnyConnection) -> bool {
    !connection.is_in_transaction()
}

async fn prepare(engine: Engine, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    if engine == Engine::Sqlite {
        sqlx::raw_sql(PRAGMAS).execute(connection).await?;
    }
    Ok(())
}
