//! Where parties keep what a repeated run, or a later study, need not compute again.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use consilium_psi::{Spill, SpillError};

use crate::files;

/// How often a folder is cleared that others fill or clear at the same time.
const ATTEMPTS: u32 = 100;

/// A folder of its owner's alone with a file for each piece, written whole or not at all.
#[derive(Debug)]
pub struct FileSpill {
    folder: PathBuf,
}

impl FileSpill {
    /// Keeps pieces in a folder that is nobody else's; it is made when the first one comes.
    pub fn new(folder: PathBuf) -> FileSpill {
        FileSpill { folder }
    }

    /// Tells whether nothing is kept, as far as can be seen.
    pub fn is_empty(&self) -> bool {
        !self.folder.exists()
    }

    /// Where the folder lies while it is removed: a crash leaves all of its pieces, or none.
    fn leaving(&self) -> PathBuf {
        self.folder.with_added_extension("leaving")
    }

    fn file(&self, name: &str) -> io::Result<PathBuf> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        Ok(self.folder.join(name))
    }
}

impl Spill for FileSpill {
    fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, SpillError> {
        match self.file(name).and_then(fs::read) {
            Ok(piece) => Ok(Some(piece)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SpillError::Io(error)),
        }
    }

    fn write(&mut self, name: &str, piece: &[u8]) -> Result<(), SpillError> {
        let path = self.file(name).map_err(SpillError::Io)?;
        if self.is_empty() {
            remove(&self.leaving()).map_err(SpillError::Io)?;
        }
        let private = files::make_private(&self.folder);
        let written = private.and_then(|()| files::write(&path, piece));
        written.map_err(|error| SpillError::Io(io::Error::new(error.source.kind(), error)))
    }

    fn remove(&mut self, name: &str) -> Result<(), SpillError> {
        let path = self.file(name).map_err(SpillError::Io)?;
        let removed = files::if_there(fs::remove_file(path));
        removed.map(drop).map_err(SpillError::Io)
    }

    fn clear(&mut self) -> Result<(), SpillError> {
        let leaving = self.leaving();
        let put_aside = || {
            remove(&leaving)?;
            files::if_there(fs::rename(&self.folder, &leaving))
        };
        let cleared = undisturbed(put_aside).and_then(|_| remove(&leaving));
        cleared.map_err(SpillError::Io)
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    undisturbed(|| files::if_there(fs::remove_dir_all(folder)).map(drop))
}

/// Tries again where another run has put pieces into a folder that is being removed, or put one
/// aside at the same time.
fn undisturbed<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 1..ATTEMPTS {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            done => return done,
        }
    }
    attempt()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn pieces_outlive_the_process_and_are_their_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spill").join("study");
        let mut spill = FileSpill::new(path.clone());
        assert_eq!(spill.read("tags-0").unwrap(), None);
        assert!(spill.is_empty());
        spill.clear().unwrap();
        spill.write("tags-0", &[1, 2]).unwrap();
        spill.write("tags-0", &[3]).unwrap();
        spill.write("session", b"seed").unwrap();
        let mut again = FileSpill::new(path.clone());
        assert!(!again.is_empty());
        assert_eq!(again.read("tags-0").unwrap().unwrap(), [3]);
        for _ in 0..2 {
            again.remove("tags-0").unwrap();
            assert_eq!(again.read("tags-0").unwrap(), None);
        }
        let mode =
            |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join("session")), 0o600);
        again.clear().unwrap();
        assert_eq!(spill.read("session").unwrap(), None);
        assert!(!path.exists());
    }

    #[test]
    fn what_a_killed_removal_left_never_counts_and_is_removed_in_the_end() {
        type End = fn(&mut FileSpill);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.1");
        let left = folder.path().join("study.1.leaving");
        let ends: [End; 2] = [
            |spill| spill.write("table-1", &[2]).unwrap(),
            |spill| spill.clear().unwrap(),
        ];
        for end in ends {
            let mut spill = FileSpill::new(path.clone());
            spill.clear().unwrap();
            spill.write("header", &[1]).unwrap();
            fs::rename(&path, &left).unwrap();
            assert!(spill.is_empty());
            assert_eq!(spill.read("header").unwrap(), None);
            end(&mut spill);
            assert!(!left.exists());
        }
    }

    #[test]
    fn a_folder_that_several_runs_fill_and_clear_at_once_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fetched");
        let fill_and_clear = || {
            for number in 0..300 {
                // The folder may have just been put aside.
                fs::create_dir_all(&path).ok();
                fs::write(path.join(format!("table-{number}")), "x").ok();
                FileSpill::new(path.clone()).clear().unwrap();
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(fill_and_clear);
            }
        });
        FileSpill::new(path.clone()).clear().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let mut spill = FileSpill::new(folder.path().join("spill"));
        for name in ["", "../outside", "a/b", ".", "A"] {
            assert!(spill.write(name, b"x").is_err(), "{name}");
            assert!(spill.read(name).is_err(), "{name}");
            assert!(spill.remove(name).is_err(), "{name}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_a_file_is_an_error_and_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spill");
        fs::write(&path, "x").unwrap();
        let mut spill = FileSpill::new(path);
        assert!(matches!(
            spill.write("session", b"x"),
            Err(SpillError::Io(_))
        ));
        assert!(spill.clear().is_err());
    }
}
