//! The state folder: its owner's alone, and one process's at a time.

use std::{
    fmt::Write as _,
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use crate::StoreError;

/// The file in which SQLite keeps everything.
const DATABASE: &str = "state.db";

/// Keeps other processes out of the state folder for as long as it lives.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough: a child that another thread has just started holds the file too, until it
        // becomes another program.
        let _ = self.0.unlock();
    }
}

/// Makes the folder if need be and locks it.
pub(crate) fn lock(folder: &Path) -> Result<Lock, StoreError> {
    let failed = |source| StoreError::Folder {
        folder: folder.to_owned(),
        source,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed)?;
    let file = private(&folder.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
            folder: folder.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Says whether the database's file is there.
pub(crate) fn has_database(folder: &Path) -> bool {
    folder.join(DATABASE).exists()
}

/// Makes the database's file if need be, readable for nobody else, and gives its URL.
pub(crate) fn database(folder: &Path) -> Result<String, StoreError> {
    let failed = |source| StoreError::Folder {
        folder: folder.to_owned(),
        source,
    };
    let path = folder.join(DATABASE);
    private(&path).map_err(failed)?;
    let path = path
        .to_str()
        .ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
    let mut url = String::from("sqlite:");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                url.push(byte.into());
            }
            _ => write!(url, "%{byte:02X}").expect("writing to a string does not fail"),
        }
    }
    Ok(url)
}

fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}
