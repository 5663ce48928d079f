//! A folder in which rows lie while something works on them. It ends with that; what a process has left
//! that was killed, the next one removes.

use std::{
    fs::{self, DirEntry, File},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
};

use rustix::process::geteuid;
use tempfile::TempDir;

/// Locked while the process that made the folder lives. No party has such a name.
const MARK: &str = ".in-use";

/// A folder for rows, for its owner alone, since it may lie where everybody's lie. It is removed with
/// this value.
#[derive(Debug)]
pub struct Passing {
    folder: TempDir,
    /// Its lock ends with this process, however that ends.
    mark: File,
}

impl Passing {
    /// Makes a folder in `all` whose name begins with `prefix`, and removes those of that prefix and this
    /// user whose processes are gone.
    ///
    /// # Errors
    ///
    /// If nothing can be made there, or what is left over can't be removed.
    pub fn within(all: &Path, prefix: &str) -> io::Result<Passing> {
        for entry in fs::read_dir(all)? {
            let entry = entry?;
            let Some(_locked) = left_over(&entry, prefix) else {
                continue;
            };
            match fs::remove_dir_all(entry.path()) {
                // Another run was faster.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                removed => removed?,
            }
        }
        let mut folder = tempfile::Builder::new();
        folder.prefix(prefix);
        folder.permissions(fs::Permissions::from_mode(0o700));
        let folder = folder.tempdir_in(all)?;
        // Whoever sees the mark finds it locked.
        let draft = folder.path().join(".draft");
        let mark = File::create_new(&draft)?;
        mark.lock()?;
        fs::rename(draft, folder.path().join(MARK))?;
        Ok(Passing { folder, mark })
    }

    /// Gives its path.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes it with all that is in it.
    ///
    /// # Errors
    ///
    /// If something of it stays.
    pub fn close(self) -> io::Result<()> {
        let removed = self.folder.close();
        drop(self.mark);
        removed
    }
}

/// Gives the mark of a folder, locked, if a process of this user has made it that is gone.
fn left_over(entry: &DirEntry, prefix: &str) -> Option<File> {
    let name = entry.file_name();
    let is_named = name.to_str().is_some_and(|name| name.starts_with(prefix));
    let found = is_named.then(|| entry.metadata().ok()).flatten()?;
    if !found.is_dir() || found.uid() != geteuid().as_raw() {
        return None;
    }
    let mark = File::open(entry.path().join(MARK)).ok()?;
    mark.try_lock().ok().map(|()| mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_processes_that_are_gone_are_removed_and_no_others() {
        let all = tempfile::tempdir().unwrap();
        let used = Passing::within(all.path(), "consilium-lab-").unwrap();
        let Passing { folder, mark } = Passing::within(all.path(), "consilium-lab-").unwrap();
        fs::write(folder.path().join("rows.csv"), "1\n").unwrap();
        // As if its process had been killed.
        let left = folder.keep();
        drop(mark);
        for name in ["consilium-lab-notes", "others"] {
            fs::create_dir(all.path().join(name)).unwrap();
        }
        let next = Passing::within(all.path(), "consilium-lab-").unwrap();
        assert!(!left.exists());
        assert!(used.path().exists());
        next.close().unwrap();
        used.close().unwrap();
        assert_eq!(fs::read_dir(all.path()).unwrap().count(), 2);
    }
}
