//! Data sets and their versions.

use consilium_journal::UnixTime;
use consilium_plan::DataVersion;
use consilium_store::{Change, Store, StoreError, columns::Columns as _};
use sqlx::{Any, Executor, any::AnyRow};

/// A version of a data set, as registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSet {
    /// The data set's name.
    pub name: String,
    /// Where its file is.
    pub path: String,
    /// Its schema, as TOML.
    pub schema: String,
    /// The version of content and schema.
    pub version: DataVersion,
    /// How many rows.
    pub rows: u64,
    /// When it was registered.
    pub registered: UnixTime,
}

/// What registering a data set came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// The name is new, or was removed before.
    New,
    /// It is what was registered before.
    Unchanged,
    /// The version is the same, its file lies elsewhere: approvals hold.
    Moved,
    /// It follows another version: approvals of that one no longer hold.
    Replaced {
        /// The version before.
        before: DataVersion,
    },
}

/// Registers a data set, or a new version of it.
///
/// # Errors
///
/// If it can't be written.
pub async fn register(change: &mut Change, new: &DataSet) -> Result<Registered, StoreError> {
    let before = current(change.connection(), &new.name).await?;
    let registered = match before {
        None => Registered::New,
        Some(before)
            if before
                == (DataSet {
                    registered: before.registered,
                    ..new.clone()
                }) =>
        {
            return Ok(Registered::Unchanged);
        }
        Some(before) if before.version == new.version => Registered::Moved,
        Some(before) => Registered::Replaced {
            before: before.version,
        },
    };
    let rows = i64::try_from(new.rows).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO data_set (name, place, path, schema, version, row_count, registered) \
         SELECT $1, COUNT(*) + 1, $2, $3, $4, $5, $6 FROM data_set WHERE name = $1",
    )
    .bind(&new.name)
    .bind(&new.path)
    .bind(&new.schema)
    .bind(&new.version.0[..])
    .bind(rows)
    .bind(new.registered.0)
    .execute(change.connection())
    .await?;
    Ok(registered)
}

/// Removes a data set and tells whether there was one. Its file is left alone.
///
/// # Errors
///
/// If it can't be written.
pub async fn remove(change: &mut Change, name: &str, now: UnixTime) -> Result<bool, StoreError> {
    let query = "UPDATE data_set SET removed = $2 WHERE name = $1 AND removed IS NULL";
    let query = sqlx::query(query).bind(name).bind(now.0);
    Ok(query.execute(change.connection()).await?.rows_affected() > 0)
}

/// Gives the version of a data set that counts.
///
/// # Errors
///
/// If it can't be read.
pub async fn find(store: &Store, name: &str) -> Result<Option<DataSet>, StoreError> {
    current(store.readers(), name).await
}

/// Gives the versions that count, by name.
///
/// # Errors
///
/// If they can't be read.
pub async fn all(store: &Store) -> Result<Vec<DataSet>, StoreError> {
    let query = sqlx::query(
        "SELECT * FROM data_set AS own WHERE removed IS NULL AND place = \
         (SELECT MAX(place) FROM data_set WHERE name = own.name) ORDER BY name",
    );
    query
        .fetch_all(store.readers())
        .await?
        .iter()
        .map(read)
        .collect()
}

async fn current(
    executor: impl Executor<'_, Database = Any>,
    name: &str,
) -> Result<Option<DataSet>, StoreError> {
    let query = sqlx::query(
        "SELECT * FROM data_set WHERE name = $1 AND removed IS NULL ORDER BY place DESC LIMIT 1",
    );
    query
        .bind(name)
        .fetch_optional(executor)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

fn read(row: &AnyRow) -> Result<DataSet, StoreError> {
    Ok(DataSet {
        name: row.text("name")?,
        path: row.text("path")?,
        schema: row.text("schema")?,
        version: DataVersion(row.array("version")?),
        rows: row.count("row_count")?,
        registered: row.time("registered")?,
    })
}
