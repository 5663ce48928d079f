//! The version of a data set: a keyed hash of schema, rows or what they are made of, and splits.

use std::{collections::BTreeMap, io};

use consilium_base::{Seed, Tagged};
use consilium_plan::DataVersion;
use consilium_schema::Schema;

use super::HeldAgainst;

/// A version on its way.
///
/// # Security
///
/// Tables can be small enough to be guessed, and versions leave the house: every hash is keyed.
pub(super) struct Versioning {
    key: Seed,
    hash: Tagged,
}

/// The hash of one file on its way.
pub(super) struct FileHash {
    name: String,
    hash: blake3::Hasher,
}

impl Versioning {
    pub(super) fn begin(
        key: &Seed,
        (schema, tables): (&Schema, &BTreeMap<String, HeldAgainst>),
    ) -> Versioning {
        let hash = Tagged::new("participant.1.data-version").field(key.expose());
        let hash = hash.field(schema.to_string().as_bytes());
        let with_table = |hash: Tagged, (column, held): (&String, &HeldAgainst)| {
            let hash = hash.field(b"codes").field(column.as_bytes());
            hash.field(&held.contents)
        };
        Versioning {
            key: key.derive("participant.1.data-content", &[]),
            hash: tables.iter().fold(hash, with_table),
        }
    }

    /// Adds what shapes the rows besides the files.
    pub(super) fn meaning(&mut self, meaning: &str) {
        let before = self.hash.clone();
        self.hash = before.field(b"mapping").field(meaning.as_bytes());
    }

    /// Begins the hash of a file; the rows' own has no name, those of splits have theirs.
    pub(super) fn file(&self, name: &str) -> FileHash {
        FileHash {
            name: name.to_owned(),
            hash: blake3::Hasher::new_keyed(self.key.expose()),
        }
    }

    pub(super) fn add(&mut self, file: FileHash) {
        let FileHash { name, hash } = file;
        let before = self.hash.clone();
        self.hash = before
            .field(name.as_bytes())
            .field(hash.finalize().as_bytes());
    }

    pub(super) fn finish(self) -> DataVersion {
        DataVersion(self.hash.digest())
    }
}

impl FileHash {
    /// Tells whether it is of the same content.
    pub(super) fn is(&self, other: &FileHash) -> bool {
        self.hash.finalize() == other.hash.finalize()
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    pub(super) fn update_whole(&mut self, file: impl io::Read) -> Result<(), io::ErrorKind> {
        let read = self.hash.update_reader(file).map(drop);
        read.map_err(|error| error.kind())
    }
}
