//! Files in the state folder: written as a whole, readable by their owner alone.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use crate::CoordinatorError;

/// Makes a folder that only its owner can look into, unless it is there.
pub(crate) fn make_folder(path: &Path) -> Result<(), CoordinatorError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| failed(path, source))
}

/// Writes a file so that it is there as a whole or not at all, even after a loss of power.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), CoordinatorError> {
    replace(path, content).map_err(|source| failed(path, source))
}

/// Reads a file, or nothing if there is none.
pub(crate) fn read(path: &Path) -> Result<Option<String>, CoordinatorError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed(path, source)),
    }
}

/// Removes a file if there is one.
pub(crate) fn remove(path: &Path) -> Result<(), CoordinatorError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path, error)),
        _ => Ok(()),
    }
}

pub(crate) fn failed(path: &Path, source: io::Error) -> CoordinatorError {
    CoordinatorError::File {
        path: path.to_owned(),
        source,
    }
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new: PathBuf = path.with_file_name(name);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    // The rename itself lies in the folder.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
