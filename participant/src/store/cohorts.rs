//! Cohorts that studies were answered for.

use consilium_journal::{StudyName, UnixTime};
use consilium_plan::DataVersion;
use consilium_store::{
    Change, Store, StoreError,
    columns::{Columns as _, damaged},
};
use sqlx::any::AnyRow;

/// What a study asked of a cohort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Statistics of it.
    Statistics,
    /// What its rows are worth to a regression that is fitted to them.
    Value,
}

impl Asked {
    /// Gives how it is written.
    fn name(self) -> &'static str {
        match self {
            Asked::Statistics => "statistics",
            Asked::Value => "value",
        }
    }
}

/// A cohort that a study was answered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    /// What was asked of it.
    pub asked: Asked,
    /// The study.
    pub study: StudyName,
    /// The data set whose rows it was, by the name that it had.
    pub data_set: String,
    /// Its version.
    pub version: DataVersion,
    /// When the first run for it began.
    pub answered: UnixTime,
    /// The fewest rows, zero aside, in which the study lets cohorts differ.
    pub minimum: u64,
    /// What is kept of the rows, keyed, for others to be held against them; of older ones there is none.
    pub imprint: Option<Vec<u8>>,
}

/// Keeps a cohort that is about to be answered for, unless it is there from an earlier run. Says whether
/// it was new.
///
/// # Errors
///
/// If it can't be written.
pub async fn keep(change: &mut Change, cohort: &Cohort) -> Result<bool, StoreError> {
    let query = sqlx::query(
        "INSERT INTO cohort (study, data_set, version, answered, minimum, imprint, asked) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (study, version) DO NOTHING",
    )
    .bind(cohort.study.as_str())
    .bind(&cohort.data_set)
    .bind(&cohort.version.0[..])
    .bind(cohort.answered.0)
    .bind(i64::try_from(cohort.minimum).unwrap_or(i64::MAX))
    .bind(cohort.imprint.as_deref())
    .bind(cohort.asked.name());
    Ok(query.execute(change.connection()).await?.rows_affected() > 0)
}

/// Gives all cohorts that were asked for this, the latest first.
///
/// # Errors
///
/// If they can't be read.
pub async fn all(store: &Store, asked: Asked) -> Result<Vec<Cohort>, StoreError> {
    let query = sqlx::query("SELECT * FROM cohort WHERE asked = $1 ORDER BY answered DESC, study");
    let query = query.bind(asked.name());
    let rows = query.fetch_all(store.readers()).await?;
    rows.iter().map(|row| read(row, asked)).collect()
}

fn read(row: &AnyRow, asked: Asked) -> Result<Cohort, StoreError> {
    let named = |_| damaged("study");
    Ok(Cohort {
        asked,
        study: row.text("study")?.parse().map_err(named)?,
        data_set: row.text("data_set")?,
        version: DataVersion(row.array("version")?),
        answered: row.time("answered")?,
        minimum: row.count("minimum")?,
        imprint: row.optional_bytes("imprint")?,
    })
}
