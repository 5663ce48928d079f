//! Studies that told of a data set with noise.

use consilium_journal::{StudyName, UnixTime};
use consilium_plan::DataVersion;
use consilium_store::{Change, Store, StoreError, columns::Columns as _};
use sqlx::any::AnyRow;

/// A study, and what its noise lets through of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Noised {
    /// The study.
    pub study: StudyName,
    /// The data set, by the name that it had.
    pub data_set: String,
    /// Its version.
    pub version: DataVersion,
    /// When the first run over that version began.
    pub answered: UnixTime,
    /// ε.
    pub epsilon: f64,
    /// δ.
    pub delta: f64,
}

/// Keeps a study that is about to be answered, unless it is there from an earlier run. Says whether it was new.
///
/// # Errors
///
/// If it can't be written.
pub async fn keep(change: &mut Change, noised: &Noised) -> Result<bool, StoreError> {
    let query = sqlx::query(
        "INSERT INTO noised (study, data_set, version, answered, epsilon, delta) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (study, version) DO NOTHING",
    )
    .bind(noised.study.as_str())
    .bind(&noised.data_set)
    .bind(&noised.version.0[..])
    .bind(noised.answered.0)
    .bind(noised.epsilon.to_string())
    .bind(noised.delta.to_string());
    Ok(query.execute(change.connection()).await?.rows_affected() > 0)
}

/// Gives what was told of a data set, the latest first: of all its versions, most rows of which are the same, and of a
/// version that was registered under other names.
///
/// # Errors
///
/// If it can't be read.
pub async fn of(
    store: &Store,
    (data_set, version): (&str, &DataVersion),
) -> Result<Vec<Noised>, StoreError> {
    let query = sqlx::query(
        "SELECT * FROM noised WHERE data_set = $1 OR version = $2 ORDER BY answered DESC, study",
    )
    .bind(data_set)
    .bind(&version.0[..]);
    let rows = query.fetch_all(store.readers()).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Noised, StoreError> {
    Ok(Noised {
        study: row.parsed("study")?,
        data_set: row.text("data_set")?,
        version: DataVersion(row.array("version")?),
        answered: row.time("answered")?,
        epsilon: row.parsed("epsilon")?,
        delta: row.parsed("delta")?,
    })
}
