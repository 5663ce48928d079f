//! Orders of rows that this institution shares with others.

use consilium_base::Digest;
use consilium_journal::{StudyName, UnixTime};
use consilium_mailbox::PartyId;
use consilium_plan::DataVersion;
use consilium_store::{
    Change, Store, StoreError,
    columns::{Columns as _, damaged},
};
use sqlx::any::AnyRow;

/// An order of common rows, found by a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// The study that found it; later studies name it so.
    pub study: StudyName,
    /// The data set whose rows it numbers.
    pub data_set: String,
    /// Its version.
    pub version: DataVersion,
    /// Whose rows stand at the same places.
    pub peers: Vec<PartyId>,
    /// How many of the own rows are common.
    pub rows: u64,
    /// Hash of the file with the rows.
    pub digest: Digest,
    /// When it was found.
    pub made: UnixTime,
}

/// Keeps what a run has found, in the place of what an earlier run of the study has.
///
/// # Errors
///
/// If it can't be written.
pub async fn keep(change: &mut Change, found: &Alignment) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO alignment (study, data_set, version, peers, row_count, digest, made) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (study) DO UPDATE SET \
         data_set = excluded.data_set, version = excluded.version, peers = excluded.peers, \
         row_count = excluded.row_count, digest = excluded.digest, made = excluded.made",
    )
    .bind(found.study.as_str())
    .bind(&found.data_set)
    .bind(&found.version.0[..])
    .bind(names(&found.peers))
    .bind(i64::try_from(found.rows).unwrap_or(i64::MAX))
    .bind(&found.digest[..])
    .bind(found.made.0)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Ends the study that found an alignment: it counts from now on, or it is forgotten where the
/// study `failed`. Tells whether there was one.
///
/// # Errors
///
/// If it can't be written.
pub async fn settle(
    change: &mut Change,
    study: &StudyName,
    (failed, now): (bool, UnixTime),
) -> Result<bool, StoreError> {
    let query = if failed {
        sqlx::query("DELETE FROM alignment WHERE study = $1").bind(study.as_str())
    } else {
        let update = "UPDATE alignment SET finished = $2 WHERE study = $1";
        sqlx::query(update).bind(study.as_str()).bind(now.0)
    };
    Ok(query.execute(change.connection()).await?.rows_affected() > 0)
}

/// Gives all alignments of studies that have ended well, the oldest first.
///
/// # Errors
///
/// If they can't be read.
pub async fn all(store: &Store) -> Result<Vec<Alignment>, StoreError> {
    let query = "SELECT * FROM alignment WHERE finished IS NOT NULL ORDER BY finished, study";
    let rows = sqlx::query(query).fetch_all(store.readers()).await?;
    rows.iter().map(read).collect()
}

/// Gives the alignment that a study found which has ended well.
///
/// # Errors
///
/// If it can't be read.
pub async fn find(store: &Store, study: &StudyName) -> Result<Option<Alignment>, StoreError> {
    let query = "SELECT * FROM alignment WHERE finished IS NOT NULL AND study = $1";
    let found = sqlx::query(query).bind(study.as_str());
    let found = found.fetch_optional(store.readers()).await?;
    found.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<Alignment, StoreError> {
    let named = |_| damaged("study");
    Ok(Alignment {
        study: row.text("study")?.parse().map_err(named)?,
        data_set: row.text("data_set")?,
        version: DataVersion(row.array("version")?),
        peers: parties(&row.text("peers")?)?,
        rows: row.count("row_count")?,
        digest: row.array("digest")?,
        made: row.time("made")?,
    })
}

/// Joins names of parties, which have no blanks.
fn names(parties: &[PartyId]) -> String {
    let names: Vec<&str> = parties.iter().map(PartyId::as_str).collect();
    names.join(" ")
}

fn parties(names: &str) -> Result<Vec<PartyId>, StoreError> {
    let parsed = names.split(' ').map(str::parse);
    parsed
        .collect::<Result<_, _>>()
        .map_err(|_| damaged("peers"))
}
