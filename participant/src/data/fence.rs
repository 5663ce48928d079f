//! Where the files of data sets may lie.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use consilium_data::ReadError;

use super::DataError;

/// Where the files of data sets may lie: rows, splits, tables of codes, and what a mapping reads.
#[derive(Clone, Debug)]
pub(crate) struct Fence {
    /// The daemon's state folder: nothing in it is a data set, and keys are.
    pub(crate) state: PathBuf,
    /// The folder that all must lie in, at any depth; anywhere else if none is said.
    pub(crate) root: Option<PathBuf>,
}

impl Fence {
    /// Gives where a file lies, links followed. It is read there, so that a link that is exchanged later
    /// leads nobody elsewhere. Blocks.
    ///
    /// # Errors
    ///
    /// If it isn't there, or must not be read.
    ///
    /// # Security
    ///
    /// It is a check of the path: whoever may write where the file lies can put a hard link, or after the
    /// check a link, in its place.
    pub(super) fn place(&self, path: &Path) -> Result<PathBuf, DataError> {
        let place = resolved(path)?;
        if place.starts_with(resolved(&self.state)?) {
            let path = path.to_owned();
            return Err(DataError::InState { path });
        }
        let lies_in = |root| fs::canonicalize(root).is_ok_and(|root| place.starts_with(root));
        if let Some(root) = &self.root
            && !lies_in(root)
        {
            return Err(DataError::Outside {
                path: path.to_owned(),
                root: root.clone(),
            });
        }
        Ok(place)
    }
}

fn resolved(path: &Path) -> Result<PathBuf, DataError> {
    let open = |error: io::Error| ReadError::Open {
        path: path.to_owned(),
        kind: error.kind(),
    };
    fs::canonicalize(path).map_err(|error| DataError::Rows(open(error)))
}
