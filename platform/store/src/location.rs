//! Where a store is.

use std::{fmt, path::PathBuf, str::FromStr};

/// Where a store is: a state folder of this machine, or a PostgreSQL database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A folder that belongs to one daemon; it holds a SQLite file.
    Folder(PathBuf),
    /// A database that belongs to one coordinator.
    Postgres(PostgresUrl),
}

/// The URL of a PostgreSQL database; it may hold a password and is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

/// A text that is no URL of a PostgreSQL database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a database is named by a URL that begins with 'postgres://' or 'postgresql://'")]
pub struct BadLocation;

impl PostgresUrl {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for PostgresUrl {
    type Err = BadLocation;

    fn from_str(url: &str) -> Result<PostgresUrl, BadLocation> {
        let known = ["postgres://", "postgresql://"];
        if known.iter().any(|scheme| url.starts_with(scheme)) {
            Ok(PostgresUrl(url.to_owned()))
        } else {
            Err(BadLocation)
        }
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://…")
    }
}

/// A URL is a database, anything else a folder.
impl FromStr for Location {
    type Err = BadLocation;

    fn from_str(text: &str) -> Result<Location, BadLocation> {
        if text.contains("://") {
            text.parse().map(Location::Postgres)
        } else {
            Ok(Location::Folder(PathBuf::from(text)))
        }
    }
}
