//! Files of a daemon's state folder: whole or not at all, and their owner's alone.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use consilium_base::Secret;
use tracing::warn;

/// A file, folder or socket that can't be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the file {} can't be used", path.display())]
pub struct FileError {
    /// Which.
    pub path: PathBuf,
    /// The system's reason.
    pub source: Arc<io::Error>,
}

/// Makes a folder that only its owner can look into, whatever it was before; those above it too
/// where they are missing.
///
/// # Errors
///
/// If it can't be made, or is somebody else's.
pub fn make_private(folder: &Path) -> Result<(), FileError> {
    made_private(folder).map_err(of(folder))
}

/// Writes a file so that a crash, or a loss of power, leaves the old one or the new one; nobody
/// else may read it. Missing folders above it are made.
///
/// # Errors
///
/// If it can't be written; the old one stays.
pub fn write(path: &Path, contents: &[u8]) -> Result<(), FileError> {
    replace(path, contents).map_err(of(path))
}

/// Reads a file, if there is one.
///
/// # Errors
///
/// If there is one that can't be read, or is no text.
pub fn read_if_there(path: &Path) -> Result<Option<String>, FileError> {
    if_there(fs::read_to_string(path)).map_err(of(path))
}

/// Reads a file that need be no text, if there is one.
///
/// # Errors
///
/// If there is one that can't be read.
pub fn read_bytes_if_there(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    if_there(fs::read(path)).map_err(of(path))
}

/// Reads a secret, if there is one, and sees that nobody else can.
///
/// # Errors
///
/// As [`read_if_there`], and if the file is somebody else's.
pub fn read_secret(path: &Path) -> Result<Option<Secret<String>>, FileError> {
    let secret = read_if_there(path)?.map(Secret::new);
    if secret.is_some() {
        close_to_others(path, 0o600).map_err(of(path))?;
    }
    Ok(secret)
}

/// Removes a file, if there is one, and what a crash amid [`write()`] has left of another.
///
/// # Errors
///
/// If there is one that can't be removed.
pub fn remove(path: &Path) -> Result<(), FileError> {
    let remove = |path: &Path| if_there(fs::remove_file(path)).map(drop);
    let draft = draft(path).and_then(|draft| remove(&draft));
    remove(path).and(draft).map_err(of(path))
}

/// Names the file with which something went wrong.
pub(crate) fn of(path: &Path) -> impl Fn(io::Error) -> FileError {
    move |source| FileError {
        path: path.to_owned(),
        source: Arc::new(source),
    }
}

fn made_private(folder: &Path) -> io::Result<()> {
    make(folder)?;
    close_to_others(folder, 0o700)
}

fn close_to_others(path: &Path, mode: u32) -> io::Result<()> {
    if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
        warn!(path = %path.display(), "it was open to other users of the machine; it is no more");
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(())
}

fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    make(folder)?;
    let draft = draft(path)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(contents)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    // The rename itself lies in the folder.
    File::open(folder)?.sync_all()
}

/// Gives where a file lies until it is whole.
fn draft(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut name = name.to_owned();
    name.push(".new");
    Ok(path.with_file_name(name))
}

pub(crate) fn if_there<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_others_could_read_is_closed_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("authority.key");
        assert!(read_secret(&path).unwrap().is_none());
        fs::write(&path, "secret").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let secret = read_secret(&path).unwrap().unwrap();
        assert_eq!(secret.expose(), "secret");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_written_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/below/key.pem");
        write(&path, b"first").unwrap();
        write(&path, b"second").unwrap();
        assert_eq!(read_if_there(&path).unwrap().as_deref(), Some("second"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let open = folder.path().join("deep");
        fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
        make_private(&open).unwrap();
        assert_eq!(mode(&open), 0o700);
    }

    #[test]
    fn what_is_removed_leaves_no_draft_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        for (is_there, has_draft) in [(true, true), (true, false), (false, true)] {
            if is_there {
                write(&path, b"whole").unwrap();
            }
            if has_draft {
                fs::write(folder.path().join("rows.csv.new"), b"half").unwrap();
            }
            remove(&path).unwrap();
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn what_is_not_there_is_no_error_and_what_is_in_the_way_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent");
        assert_eq!(read_if_there(&absent).unwrap(), None);
        remove(&absent).unwrap();
        let error = remove(folder.path()).unwrap_err();
        assert_eq!(error.path, folder.path());
    }
}
