//! Rows that come out of several files by a query of the institution's own.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use consilium_data::{Loaded, ReadError, Values};
use consilium_mapping::{Limits, Mapping, Query, Whereabouts};
use consilium_schema::Schema;

use super::{
    DataError, Fence,
    version::{FileHash, Versioning},
    whole,
};

/// The faults that are kept of a query's rows.
const MOST_ISSUES: usize = 20;

/// What mappings may do here.
#[derive(Clone, Debug, Default)]
pub struct Mappings {
    /// The most that their limits may say.
    pub ceilings: Limits,
    /// Where the program that runs queries may be.
    pub program: Whereabouts,
}

/// A mapping, and what runs it.
#[derive(Clone, Debug)]
pub(crate) struct Mapped {
    mapping: Mapping,
    /// From which its paths lead.
    folder: PathBuf,
    fence: Fence,
    here: Arc<Mappings>,
}

impl Mapped {
    /// A mapping of the file at `path`, within a fence: where that names no root, its files lie in the
    /// mapping's folder. The query puts aside in the state folder what doesn't fit in memory, and reads
    /// nothing of it.
    pub(crate) fn new(
        mapping: Mapping,
        path: &Path,
        (fence, here): (Fence, Arc<Mappings>),
    ) -> Mapped {
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        let root = fence.root.or_else(|| Some(folder.clone()));
        Mapped {
            mapping,
            fence: Fence { root, ..fence },
            folder,
            here,
        }
    }

    /// The files that the query reads.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.mapping.files(&self.folder)
    }

    /// Adds to a version all that shapes the rows.
    pub(super) fn add_to(&self, version: &mut Versioning) -> Result<(), DataError> {
        let hashed = self.hashed(version, &self.check()?)?;
        self.add(hashed, version);
        Ok(())
    }

    fn add(&self, files: Vec<FileHash>, version: &mut Versioning) {
        version.meaning(&self.mapping.meaning());
        for file in files {
            version.add(file);
        }
    }

    fn hashed(&self, version: &Versioning, files: &[PathBuf]) -> Result<Vec<FileHash>, DataError> {
        let sources = self.mapping.sources().iter().zip(files);
        sources
            .map(|(source, path)| whole(version, &source.name, path))
            .collect()
    }

    /// Runs the query, and adds to a version what its rows are made of: the files before it and behind
    /// it are the same, and lie where they lay.
    ///
    /// The thread that calls lives as long as the query: the system ends the query's process with it.
    pub(super) fn rows(
        &self,
        schema: &Schema,
        version: &mut Versioning,
    ) -> Result<Loaded, DataError> {
        let files = self.check()?;
        let program = self.here.program.find().map_err(DataError::Query)?;
        let before = self.hashed(version, &files)?;
        let query = Query::new(&self.mapping, files.clone(), &program).aside(&self.fence.state);
        let loaded = query.rows(schema, None, MOST_ISSUES);
        let behind = self.hashed(version, &files)?;
        let is_same = before.iter().zip(&behind).all(|(one, other)| one.is(other));
        if self.check()? != files || !is_same {
            return Err(DataError::Changing);
        }
        self.add(before, version);
        loaded.map_err(DataError::Query)
    }

    /// Shows the cells of some columns row by row.
    pub(super) fn texts(
        &self,
        schema: &Schema,
        columns: &[&str],
        version: &mut Versioning,
        mut show: impl FnMut(&[Option<&str>]),
    ) -> Result<(), DataError> {
        let table = self.rows(schema, version)?.table;
        let (mut texts, mut absent) = (Vec::new(), Vec::new());
        for name in columns {
            match table.column(name).map(|column| &column.values) {
                Some(Values::Texts(column)) => texts.push(column),
                _ => absent.push((*name).to_owned()),
            }
        }
        if !absent.is_empty() {
            let columns = absent;
            return Err(DataError::Rows(ReadError::MissingColumns { columns }));
        }
        let mut cells = Vec::with_capacity(columns.len());
        for row in 0..table.rows() {
            cells.clear();
            cells.extend(texts.iter().map(|column| column.get(row)));
            show(&cells);
        }
        Ok(())
    }

    /// Holds the mapping against what is allowed here, and gives where its files lie, links followed:
    /// they are read there, so that a link that is exchanged later leads nobody elsewhere.
    fn check(&self) -> Result<Vec<PathBuf>, DataError> {
        if let Some(beyond) = self.mapping.limits().beyond(&self.here.ceilings) {
            return Err(DataError::Beyond(beyond));
        }
        let files = self.files();
        files.iter().map(|path| self.fence.place(path)).collect()
    }
}
