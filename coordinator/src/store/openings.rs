//! Opened sums: committed before anybody is told, and each number once.

use std::collections::BTreeSet;

use consilium_journal::{StudyName, UnixTime};
use consilium_mailbox::{Fault, PartyId};
use consilium_store::{
    Change, Store, StoreError,
    columns::{Columns as _, damaged},
};
use sqlx::any::AnyRow;

use super::Kept;

/// A sum that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedSum {
    /// In which study.
    pub study: StudyName,
    /// Which of the study's sums.
    pub number: u32,
    /// Whose vectors are in it.
    pub contributors: BTreeSet<PartyId>,
    /// The sum, as bytes whose meaning is the study's.
    pub sum: Vec<u8>,
    /// When.
    pub opened: UnixTime,
}

/// Why an opened sum can't be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The number was opened before, with another result: the difference would tell on somebody.
    #[error("sum {number} of study {study} was opened before with another result")]
    OpenedOtherwise {
        /// In which study.
        study: StudyName,
        /// Which sum.
        number: u32,
        /// Who was in it then.
        contributors: BTreeSet<PartyId>,
    },
}

impl OpeningError {
    /// Tells whose fault this is.
    pub fn fault(&self) -> Fault {
        match self {
            OpeningError::Store(error) => error.fault(),
            OpeningError::OpenedOtherwise { .. } => Fault::Ours,
        }
    }
}

/// Keeps an opened sum. Nobody is told it before the change is committed.
///
/// # Errors
///
/// [`OpeningError::OpenedOtherwise`] if its number was opened before with other contributors or
/// another sum.
pub async fn keep(change: &mut Change, opened: &OpenedSum) -> Result<Kept, OpeningError> {
    let query = sqlx::query("SELECT * FROM opening WHERE study = $1 AND number = $2")
        .bind(opened.study.as_str())
        .bind(i64::from(opened.number));
    let before = query
        .fetch_optional(change.connection())
        .await
        .map_err(StoreError::from)?;
    if let Some(before) = before.as_ref().map(read).transpose()? {
        if before.contributors == opened.contributors && before.sum == opened.sum {
            return Ok(Kept::Again);
        }
        return Err(OpeningError::OpenedOtherwise {
            study: before.study,
            number: before.number,
            contributors: before.contributors,
        });
    }
    // A party's name holds no space.
    let contributors: Vec<&str> = opened.contributors.iter().map(PartyId::as_str).collect();
    sqlx::query(
        "INSERT INTO opening (study, number, contributors, sum, opened) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(opened.study.as_str())
    .bind(i64::from(opened.number))
    .bind(contributors.join(" "))
    .bind(&opened.sum[..])
    .bind(opened.opened.0)
    .execute(change.connection())
    .await
    .map_err(StoreError::from)?;
    Ok(Kept::First)
}

/// Gives the sums opened in a study, in the order of their numbers.
///
/// # Errors
///
/// If they can't be read.
pub async fn of(store: &Store, study: &StudyName) -> Result<Vec<OpenedSum>, StoreError> {
    let query = sqlx::query("SELECT * FROM opening WHERE study = $1 ORDER BY number");
    let rows = query
        .bind(study.as_str())
        .fetch_all(store.readers())
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<OpenedSum, StoreError> {
    let contributors = row.text("contributors")?;
    let contributors = contributors.split_ascii_whitespace().map(str::parse);
    Ok(OpenedSum {
        study: row.parsed("study")?,
        number: row
            .number("number")?
            .try_into()
            .map_err(|_| damaged("number"))?,
        contributors: contributors
            .collect::<Result<_, _>>()
            .map_err(|_| damaged("contributors"))?,
        sum: row.bytes("sum")?,
        opened: row.time("opened")?,
    })
}
