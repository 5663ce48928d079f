//! Studies and where they stand. A state is JSON text whose meaning is the plan's.

use consilium_base::Digest;
use consilium_journal::{StudyName, UnixTime};
use sqlx::any::AnyRow;

use crate::{Change, Store, StoreError, columns::Columns as _};

/// How often a study's state was written. Who advances a study says from which version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub i64);

/// A study that came in.
#[derive(Clone, Debug)]
pub struct NewStudy<'a> {
    /// Its name.
    pub name: &'a StudyName,
    /// The hash of its plan.
    pub plan_hash: &'a Digest,
    /// The plan as it was submitted.
    pub plan: &'a [u8],
    /// Its first state.
    pub state: &'a str,
    /// When it came.
    pub submitted: UnixTime,
}

/// A study's next state.
#[derive(Clone, Debug)]
pub struct Advance<'a> {
    /// Which study.
    pub study: &'a StudyName,
    /// The version that the new state follows from.
    pub from: Version,
    /// The new state.
    pub state: &'a str,
    /// When.
    pub now: UnixTime,
}

/// A study as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Study {
    /// Its name.
    pub name: StudyName,
    /// The hash of its plan.
    pub plan_hash: Digest,
    /// The plan as it was submitted.
    pub plan: Vec<u8>,
    /// Its state.
    pub state: String,
    /// The state's version.
    pub version: Version,
    /// When it came.
    pub submitted: UnixTime,
    /// When the state was written.
    pub changed: UnixTime,
}

impl Study {
    /// Names a part of it that holds what was never written there.
    pub fn damaged(&self, part: &str) -> StoreError {
        StoreError::corrupted(format!("the {part} of study {}", self.name))
    }
}

/// Keeps a new study.
///
/// # Errors
///
/// [`StoreError::StudyExists`] if its name is taken.
pub async fn submit(change: &mut Change, new: NewStudy<'_>) -> Result<Version, StoreError> {
    let first = Version(1);
    let done = sqlx::query(
        "INSERT INTO study (name, plan_hash, plan, state, version, submitted, changed) \
         VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (name) DO NOTHING",
    )
    .bind(new.name.as_str())
    .bind(&new.plan_hash[..])
    .bind(new.plan)
    .bind(new.state)
    .bind(first.0)
    .bind(new.submitted.0)
    .execute(change.connection())
    .await?;
    if done.rows_affected() == 1 {
        Ok(first)
    } else {
        Err(StoreError::StudyExists {
            study: new.name.clone(),
        })
    }
}

/// Writes a study's next state.
///
/// # Errors
///
/// [`StoreError::Stale`] if the study has moved on, [`StoreError::UnknownStudy`] if there is none.
pub async fn advance(change: &mut Change, advance: Advance<'_>) -> Result<Version, StoreError> {
    let study = advance.study;
    let query = sqlx::query("SELECT version FROM study WHERE name = $1").bind(study.as_str());
    let Some(row) = query.fetch_optional(change.connection()).await? else {
        return Err(StoreError::UnknownStudy {
            study: study.clone(),
        });
    };
    let found = Version(row.number("version")?);
    if found != advance.from {
        return Err(StoreError::Stale {
            study: study.clone(),
            expected: advance.from,
            found,
        });
    }
    let next = Version(found.0 + 1);
    sqlx::query("UPDATE study SET state = $2, version = $3, changed = $4 WHERE name = $1")
        .bind(study.as_str())
        .bind(advance.state)
        .bind(next.0)
        .bind(advance.now.0)
        .execute(change.connection())
        .await?;
    Ok(next)
}

/// Gives a study.
///
/// # Errors
///
/// If it can't be read.
pub async fn find(store: &Store, study: &StudyName) -> Result<Option<Study>, StoreError> {
    let query = sqlx::query("SELECT * FROM study WHERE name = $1").bind(study.as_str());
    let row = query.fetch_optional(store.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Gives all studies, the oldest first.
///
/// # Errors
///
/// If they can't be read.
pub async fn all(store: &Store) -> Result<Vec<Study>, StoreError> {
    let query = sqlx::query("SELECT * FROM study ORDER BY submitted, name");
    query
        .fetch_all(store.readers())
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &AnyRow) -> Result<Study, StoreError> {
    Ok(Study {
        name: row.parsed("name")?,
        plan_hash: row.array("plan_hash")?,
        plan: row.bytes("plan")?,
        state: row.text("state")?,
        version: Version(row.number("version")?),
        submitted: row.time("submitted")?,
        changed: row.time("changed")?,
    })
}
