//! Every file that the lab opens by itself; tables are opened by `consilium-data`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{LabError, LabFault};

/// Reads a text.
pub(crate) fn text(file: &Path) -> Result<String, LabError> {
    fs::read_to_string(file)
        .map_err(|error| LabError::of_file(file, LabFault::Unreadable(error.kind())))
}

/// Says why a path is no file that can be read, if it is none.
pub(crate) fn missing(file: &Path) -> Option<io::ErrorKind> {
    match fs::metadata(file) {
        Ok(meta) if meta.is_file() => None,
        Ok(meta) if meta.is_dir() => Some(io::ErrorKind::IsADirectory),
        Ok(_) => Some(io::ErrorKind::Unsupported),
        Err(error) => Some(error.kind()),
    }
}

/// Gives the path of a file that is named in another one.
pub(crate) fn beside(file: &Path, name: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new(".")).join(name)
}
