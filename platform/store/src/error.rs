//! What can go wrong with what is kept.

use std::{io, path::PathBuf};

use consilium_journal::StudyName;
use consilium_mailbox::{Fault, PartyId};
use sqlx::{postgres::PgDatabaseError, sqlite::SqliteError};

use crate::studies::Version;

/// Why something can't be read or kept. Unless it says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process holds the state folder.
    #[error("the state folder {} is in use by another process", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The state folder can't be made, opened or locked.
    #[error("the state folder {} can't be used", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The database of the URL does not answer or does not let us in.
    #[error("the database can't be reached: {why}")]
    Unreachable {
        /// The driver's words.
        why: String,
    },
    /// No space is left.
    #[error("the disk that holds the state is full")]
    DiskFull,
    /// What the daemon kept is not there.
    #[error(
        "the database that was made with the keys is missing or empty: put it back from a copy, or \
         begin anew with an empty state folder"
    )]
    Lost,
    /// What was read is not what was written.
    #[error("the state is damaged: {what}")]
    Corrupted {
        /// Where the damage shows.
        what: String,
    },
    /// A later program has used this state.
    #[error("the state was written by a later version of this program (schema step {step})")]
    SchemaNewer {
        /// The step that this program does not know.
        step: i64,
    },
    /// A later program has kept this study.
    #[error(
        "study {study} was kept by a later version of this program (format {format}): run that \
         version again, or one after it"
    )]
    FormatNewer {
        /// Which study.
        study: StudyName,
        /// The format that this program does not know.
        format: u32,
    },
    /// A program that this one does not understand any more has kept this study.
    #[error(
        "study {study} was kept by an earlier version of this program (format {format}): let that \
         version end the study, or begin anew with an empty state folder"
    )]
    FormatOlder {
        /// Which study.
        study: StudyName,
        /// Its format; 0 if it has none.
        format: u32,
    },
    /// A step of the schema is not the one that was applied.
    #[error("schema step {step} is not the one that the state was made with")]
    SchemaChanged {
        /// Which step.
        step: i64,
    },
    /// The state belongs to somebody else.
    #[error("the state belongs to {found}, not to {expected}")]
    OtherOwner {
        /// Who wants it.
        expected: PartyId,
        /// Whose it is.
        found: String,
    },
    /// The connection to the database broke. If it broke during a commit, the change may have been
    /// kept: read before trying again.
    #[error("the connection to the database is lost")]
    ConnectionLost,
    /// Others kept the database for too long.
    #[error("the database was kept busy for too long")]
    Busy,
    /// No study of that name is known.
    #[error("no study {study} is known")]
    UnknownStudy {
        /// The name.
        study: StudyName,
    },
    /// A study of that name is known already.
    #[error("study {study} exists already")]
    StudyExists {
        /// The name.
        study: StudyName,
    },
    /// The study has moved on since it was read.
    #[error("study {study} is at version {}, not {}", found.0, expected.0)]
    Stale {
        /// Which study.
        study: StudyName,
        /// The version that the change began from.
        expected: Version,
        /// The version it has.
        found: Version,
    },
    /// A signed decision came a second time.
    #[error("a decision of {party} on study {study} was received before")]
    Replayed {
        /// Whose.
        party: PartyId,
        /// On which study.
        study: StudyName,
    },
    /// The database refuses for another reason.
    #[error("the database refuses: {message} (code {code})")]
    Database {
        /// The engine's code.
        code: String,
        /// The engine's words; they name tables and constraints, no values.
        message: String,
    },
}

impl StoreError {
    /// Tells whose fault this is.
    pub fn fault(&self) -> Fault {
        match self {
            StoreError::Unreachable { .. } | StoreError::ConnectionLost => Fault::Network,
            StoreError::UnknownStudy { .. } | StoreError::StudyExists { .. } => Fault::Input,
            StoreError::Replayed { party, .. } => Fault::Peer(party.clone()),
            _ => Fault::Ours,
        }
    }

    pub(crate) fn corrupted(what: impl Into<String>) -> StoreError {
        StoreError::Corrupted { what: what.into() }
    }

    /// Names what failed while the first connection was made.
    pub(crate) fn connecting(error: sqlx::Error) -> StoreError {
        match StoreError::from(error) {
            StoreError::Database { message: why, .. } => StoreError::Unreachable { why },
            StoreError::ConnectionLost | StoreError::Busy => StoreError::Unreachable {
                why: "no answer".to_owned(),
            },
            other => other,
        }
    }
}

/// Keeps what happened and drops the driver's own error, whose details may quote values.
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        match error {
            sqlx::Error::Database(error) => of_engine(error.as_ref()),
            sqlx::Error::Io(error) if error.kind() == io::ErrorKind::StorageFull => {
                StoreError::DiskFull
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => StoreError::ConnectionLost,
            sqlx::Error::Tls(error) => StoreError::Unreachable {
                why: error.to_string(),
            },
            sqlx::Error::Configuration(_) => StoreError::Unreachable {
                why: "its URL is not understood".to_owned(),
            },
            sqlx::Error::PoolTimedOut => StoreError::Busy,
            sqlx::Error::RowNotFound => StoreError::corrupted("a row is missing"),
            sqlx::Error::ColumnDecode { index, .. } | sqlx::Error::ColumnNotFound(index) => {
                StoreError::corrupted(format!("column {index}"))
            }
            _ => StoreError::corrupted("a value is of another type"),
        }
    }
}

fn of_engine(error: &dyn sqlx::error::DatabaseError) -> StoreError {
    let code = error.code().unwrap_or_default();
    let known = if error.try_downcast_ref::<SqliteError>().is_some() {
        // The low byte is the kind, the rest says more about it.
        match code.parse::<u32>().map_or(0, |code| code & 0xff) {
            5 | 6 => Some(StoreError::Busy),
            11 | 26 => Some(StoreError::corrupted(error.message())),
            13 => Some(StoreError::DiskFull),
            _ => None,
        }
    } else if error.try_downcast_ref::<PgDatabaseError>().is_some() {
        match code.as_ref() {
            "40001" | "40P01" | "55P03" => Some(StoreError::Busy),
            "53100" => Some(StoreError::DiskFull),
            "57P01" | "57P02" | "57P03" => Some(StoreError::ConnectionLost),
            "XX001" | "XX002" => Some(StoreError::corrupted(error.message())),
            code if code.starts_with("08") => Some(StoreError::ConnectionLost),
            _ => None,
        }
    } else {
        None
    };
    known.unwrap_or_else(|| StoreError::Database {
        code: code.into_owned(),
        message: error.message().to_owned(),
    })
}
