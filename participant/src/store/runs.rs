//! Runs, counted before their first frame.

use consilium_journal::{StudyName, UnixTime};
use consilium_mailbox::{Fault, RunId};
use consilium_store::{Change, Store, StoreError, columns::Columns as _};

/// Why a run does not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The steward approved no more runs than that.
    #[error("study {study} has had its {at_most} runs")]
    Exhausted {
        /// Which study.
        study: StudyName,
        /// How many were approved.
        at_most: u64,
    },
    /// A run of this id was counted before; every run has a fresh one.
    #[error("a run of study {study} comes with an id that was used before")]
    Repeated {
        /// Which study.
        study: StudyName,
    },
}

impl RunError {
    /// Tells whose fault this is.
    pub fn fault(&self) -> Fault {
        match self {
            RunError::Store(error) => error.fault(),
            RunError::Exhausted { .. } => Fault::Input,
            RunError::Repeated { .. } => Fault::Network,
        }
    }
}

/// Counts a run and gives its number, from 1. It may begin once the change is committed.
///
/// # Errors
///
/// [`RunError::Exhausted`] if there were `at_most` runs already, [`RunError::Repeated`] if this is
/// one of them.
pub async fn count(
    change: &mut Change,
    study: &StudyName,
    run: RunId,
    at_most: u64,
    now: UnixTime,
) -> Result<u64, RunError> {
    let used = sqlx::query("SELECT 1 FROM run WHERE run = $1").bind(&run.0[..]);
    let used = used
        .fetch_optional(change.connection())
        .await
        .map_err(StoreError::from)?;
    if used.is_some() {
        return Err(RunError::Repeated {
            study: study.clone(),
        });
    }
    let before = sqlx::query("SELECT COUNT(*) AS runs FROM run WHERE study = $1");
    let before = before
        .bind(study.as_str())
        .fetch_one(change.connection())
        .await;
    let before = before.map_err(StoreError::from)?.number("runs")?;
    if u64::try_from(before).is_ok_and(|before| before >= at_most) {
        return Err(RunError::Exhausted {
            study: study.clone(),
            at_most,
        });
    }
    let number = before + 1;
    sqlx::query("INSERT INTO run (study, number, run, started) VALUES ($1, $2, $3, $4)")
        .bind(study.as_str())
        .bind(number)
        .bind(&run.0[..])
        .bind(now.0)
        .execute(change.connection())
        .await
        .map_err(StoreError::from)?;
    Ok(number.unsigned_abs())
}

/// Gives how many runs of a study were counted.
///
/// # Errors
///
/// If they can't be read.
pub async fn counted(store: &Store, study: &StudyName) -> Result<u64, StoreError> {
    let query = sqlx::query("SELECT COUNT(*) AS runs FROM run WHERE study = $1");
    query
        .bind(study.as_str())
        .fetch_one(store.readers())
        .await?
        .count("runs")
}
