//! Queries of other institutions, counted before they are answered.

use consilium_base::{Digest, Tagged};
use consilium_journal::{StudyName, UnixTime};
use consilium_mailbox::PartyId;
use consilium_plan::DataVersion;
use consilium_store::{Change, Store, StoreError, columns::Columns as _};
use sqlx::any::AnyRow;

/// What one key of this institution is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyScope {
    /// The data set whose rows are asked about.
    pub data_set: String,
    /// Its version.
    pub version: DataVersion,
    /// Who asks.
    pub peer: PartyId,
    /// The quarter of a year.
    pub quarter: String,
}

/// Queries that a run asks at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The run's study.
    pub study: StudyName,
    /// Tells them from all others of the study: a run that is repeated asks the same.
    pub digest: Digest,
    /// How many they are.
    pub number: u32,
    /// When they came.
    pub at: UnixTime,
}

impl Asked {
    /// Names them. A peer that asks in one study what it has asked in another asks anew: the
    /// journal shows all that is answered.
    fn name(&self) -> Digest {
        Tagged::new("participant.1.asked")
            .field(self.study.as_str().as_bytes())
            .field(&self.digest)
            .digest()
    }
}

/// What was asked under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// What the key is for.
    pub of: KeyScope,
    /// How many queries.
    pub number: u64,
    /// In how many studies.
    pub studies: u64,
    /// When the last ones came.
    pub last: UnixTime,
}

/// How many queries of one peer there were about a data set in a quarter, these among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub used: u64,
    /// Whether these were counted now, and not by an earlier run.
    pub is_new: bool,
}

/// Why queries are not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The plan allows fewer.
    #[error("{used} queries were asked, {most} may be")]
    Exhausted {
        /// How many were asked before.
        used: u64,
        /// How many may be asked.
        most: u32,
    },
}

/// Counts queries under a key. One peer may ask at most `most` about a data set in a quarter. They
/// may be answered once the change is committed.
///
/// # Security
///
/// Each version has a key of its own, and most of its people are those of the last one. So the keys
/// of all versions count together; so do those of a version that is registered under several names,
/// and of a peer whose identity key is known under several.
///
/// # Errors
///
/// [`QueryError::Exhausted`] if they would be too many; nothing is counted then.
pub async fn count(
    change: &mut Change,
    of: &KeyScope,
    asked: &Asked,
    most: u32,
) -> Result<Counted, QueryError> {
    let name = asked.name();
    let (before, known) = before(change, of, &name).await?;
    if known {
        let (used, is_new) = (before, false);
        return Ok(Counted { used, is_new });
    }
    let used = before.saturating_add(asked.number.into());
    if used > most.into() {
        return Err(QueryError::Exhausted { used: before, most });
    }
    sqlx::query(
        "INSERT INTO query (data_set, version, peer, quarter, digest, study, number, asked) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&of.data_set)
    .bind(&of.version.0[..])
    .bind(of.peer.as_str())
    .bind(&of.quarter)
    .bind(&name[..])
    .bind(asked.study.as_str())
    .bind(i64::from(asked.number))
    .bind(asked.at.0)
    .execute(change.connection())
    .await
    .map_err(StoreError::from)?;
    let is_new = true;
    Ok(Counted { used, is_new })
}

/// Gives how many queries were counted of this peer about this data set, and whether those of that
/// name were, under this key.
async fn before(
    change: &mut Change,
    of: &KeyScope,
    name: &Digest,
) -> Result<(u64, bool), StoreError> {
    let query = sqlx::query(
        "SELECT COALESCE(SUM(number), 0) AS used, \
         COALESCE(SUM(CASE WHEN data_set = $1 AND version = $2 AND peer = $3 AND digest = $5 \
         THEN 1 ELSE 0 END), 0) AS known \
         FROM query WHERE quarter = $4 AND (data_set = $1 OR version = $2) \
         AND (peer = $3 OR peer IN (SELECT other.name FROM peer \
         JOIN peer AS other ON other.public_key = peer.public_key WHERE peer.name = $3))",
    );
    let row = query
        .bind(&of.data_set)
        .bind(&of.version.0[..])
        .bind(of.peer.as_str())
        .bind(&of.quarter)
        .bind(&name[..])
        .fetch_one(change.connection())
        .await?;
    Ok((row.count("used")?, row.count("known")? > 0))
}

/// Gives what was asked under each key, the latest first.
///
/// # Errors
///
/// If it can't be read.
pub async fn all(store: &Store) -> Result<Vec<Used>, StoreError> {
    let query = sqlx::query(
        "SELECT data_set, version, peer, quarter, SUM(number) AS number, \
         COUNT(DISTINCT study) AS studies, MAX(asked) AS last FROM query \
         GROUP BY data_set, version, peer, quarter ORDER BY last DESC, data_set, peer",
    );
    let rows = query.fetch_all(store.readers()).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Used, StoreError> {
    Ok(Used {
        of: KeyScope {
            data_set: row.text("data_set")?,
            version: DataVersion(row.array("version")?),
            peer: row.parsed("peer")?,
            quarter: row.text("quarter")?,
        },
        number: row.count("number")?,
        studies: row.count("studies")?,
        last: row.time("last")?,
    })
}
