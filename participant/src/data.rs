//! Data sets: files of this institution under a name, with a version that tells every change.

mod error;
mod fence;
mod mapped;
mod registry;
mod splits;
mod tables;
mod version;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use consilium_base::Seed;
use consilium_data::{Counts, Reading, Table};
use consilium_plan::{DataVersion, Name};
use consilium_schema::Schema;
use tokio::sync::OwnedSemaphorePermit;

pub(crate) use error::DataError;
pub(crate) use fence::Fence;
pub(crate) use mapped::Mapped;
pub use mapped::Mappings;
pub(crate) use registry::{Listed, NewDataSet, RegisterError};
pub(crate) use splits::{Purpose, Split};
pub(crate) use tables::{HeldAgainst, TableError};

use crate::home::Home;
use version::{FileHash, Versioning};

/// Where a data set lies and how it is read.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// The file of its rows, or of its mapping.
    pub(crate) path: PathBuf,
    /// How its rows come out of several files, where they do.
    pub(crate) mapping: Option<Mapped>,
    pub(crate) schema: Schema,
    /// Files that say which rows serve for testing.
    pub(crate) splits: BTreeMap<Name, PathBuf>,
    /// By column, the tables of codes that values were held against.
    pub(crate) tables: BTreeMap<String, HeldAgainst>,
    /// Where all these files may lie.
    pub(crate) fence: Fence,
}

/// What a data set held when it was read.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) table: Table,
    pub(crate) splits: BTreeMap<Name, Split>,
    pub(crate) version: DataVersion,
    pub(crate) counts: Counts,
}

impl Source {
    /// Reads the data set and computes its version in the same pass: the version can't be of
    /// another content than the rows.
    ///
    /// Blocks; `key` is the institution's secret.
    ///
    /// # Errors
    ///
    /// If a file can't be read, or a row is not what the schema says.
    pub(crate) fn read(&self, key: &Seed) -> Result<Contents, DataError> {
        let mut version = Versioning::begin(key, (&self.schema, &self.tables));
        let loaded = if let Some(mapped) = &self.mapping {
            mapped.rows(&self.schema, &mut version)?
        } else {
            let mut tap = version.file("");
            let loaded = Reading::new(&self.schema)
                .tap(&mut |bytes| tap.update(bytes))
                .file(&self.fence.place(&self.path)?)
                .map_err(DataError::Rows)?;
            version.add(tap);
            loaded
        };
        let mut splits = BTreeMap::new();
        for (name, path) in &self.splits {
            let mut tap = version.file(name.as_str());
            let bad = |fault| DataError::Split {
                split: name.clone(),
                fault,
            };
            let place = self.fence.place(path).map_err(|error| match error {
                DataError::Rows(error) => bad(error.into()),
                error => error,
            })?;
            let split = splits::read(&place, &mut |bytes| tap.update(bytes)).map_err(bad)?;
            version.add(tap);
            splits.insert(name.clone(), split);
        }
        Ok(Contents {
            table: loaded.table,
            splits,
            version: version.finish(),
            counts: loaded.report.counts,
        })
    }

    /// Shows the cells of some columns row by row, and computes the version in the same pass. Blocks.
    ///
    /// The rows are those of the version that is given in the end; until then they are worth nothing.
    ///
    /// # Errors
    ///
    /// If a file can't be read, a row is broken, or a column holds no text.
    pub(crate) fn texts(
        &self,
        key: &Seed,
        columns: &[&str],
        show: impl FnMut(&[Option<&str>]),
    ) -> Result<DataVersion, DataError> {
        let mut version = Versioning::begin(key, (&self.schema, &self.tables));
        if let Some(mapped) = &self.mapping {
            mapped.texts(&self.schema, columns, &mut version, show)?;
        } else {
            let mut tap = version.file("");
            Reading::new(&self.schema)
                .tap(&mut |bytes| tap.update(bytes))
                .file_texts(&self.fence.place(&self.path)?, columns, show)
                .map_err(DataError::Rows)?;
            version.add(tap);
        }
        for (name, path) in &self.splits {
            self.add_whole(&mut version, name.as_str(), path)?;
        }
        Ok(version.finish())
    }

    /// Computes the version alone, without parsing a row. Blocks.
    ///
    /// # Errors
    ///
    /// If a file can't be read.
    pub(crate) fn version(&self, key: &Seed) -> Result<DataVersion, DataError> {
        let mut version = Versioning::begin(key, (&self.schema, &self.tables));
        match &self.mapping {
            Some(mapped) => mapped.add_to(&mut version)?,
            None => self.add_whole(&mut version, "", &self.path)?,
        }
        for (name, path) in &self.splits {
            self.add_whole(&mut version, name.as_str(), path)?;
        }
        Ok(version.finish())
    }

    /// Adds a file in full.
    fn add_whole(
        &self,
        version: &mut Versioning,
        name: &str,
        path: &Path,
    ) -> Result<(), DataError> {
        let whole = whole(version, name, &self.fence.place(path)?)?;
        version.add(whole);
        Ok(())
    }

    /// The files that its rows are read from.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        match &self.mapping {
            Some(mapped) => mapped.files(),
            None => vec![self.path.clone()],
        }
    }

    /// How many bytes its files have together; none if one of them can't be looked at.
    pub(crate) fn size(&self) -> Option<u64> {
        let sizes = self.files().into_iter().map(fs::metadata);
        sizes.map(|file| Some(file.ok()?.len())).sum()
    }
}

/// Hashes a file in full.
fn whole(version: &Versioning, name: &str, path: &Path) -> Result<FileHash, DataError> {
    let file = consilium_data::open(path).map_err(DataError::Rows)?;
    let mut tap = version.file(name);
    tap.update_whole(file).map_err(|kind| DataError::Gone {
        path: path.to_owned(),
        kind,
    })?;
    Ok(tap)
}

/// Reads where it keeps nobody waiting.
pub(crate) async fn blocking<T: Send + 'static>(
    reading: impl FnOnce() -> Result<T, DataError> + Send + 'static,
) -> Result<T, DataError> {
    let read = tokio::task::spawn_blocking(reading).await;
    read.unwrap_or(Err(DataError::Interrupted))
}

impl Home {
    /// Reads alone: together, readers take the memory and the time of one.
    ///
    /// Whoever stops waiting gives no turn away before the reader has ended.
    pub(crate) async fn read_alone<T: Send + 'static>(
        &self,
        reading: impl FnOnce() -> Result<T, DataError> + Send + 'static,
    ) -> Result<T, DataError> {
        self.turn().await?.read(reading).await
    }

    /// Waits for the turn to read alone.
    pub(crate) async fn turn(&self) -> Result<Turn, DataError> {
        let turn = self.reading.clone().acquire_owned().await;
        turn.map(Turn).map_err(|_| DataError::Interrupted)
    }
}

/// The turn to read alone.
#[derive(Debug)]
pub(crate) struct Turn(OwnedSemaphorePermit);

impl Turn {
    /// Reads, and gives the turn away.
    pub(crate) async fn read<T: Send + 'static>(
        self,
        reading: impl FnOnce() -> Result<T, DataError> + Send + 'static,
    ) -> Result<T, DataError> {
        let Turn(turn) = self;
        blocking(move || {
            let read = reading();
            drop(turn);
            read
        })
        .await
    }
}

#[cfg(test)]
mod tests;
