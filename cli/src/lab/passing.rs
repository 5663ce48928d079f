//! The folder in which rows lie while daemons work on them. It goes with the cell; what a process has left
//! that was killed, the next one removes.

use std::{
    env,
    fs::{self, DirEntry, File},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
};

use anyhow::Context as _;
use rustix::process::geteuid;
use tempfile::TempDir;

const PREFIX: &str = "consilium-lab-";
/// Locked while the process that made the folder lives. No party has such a name.
const MARK: &str = ".in-use";

/// A folder for rows and daemons: for its owner alone, since it lies where everybody's lie.
pub(super) struct Passing {
    folder: TempDir,
    /// Its lock ends with this process, however that ends.
    mark: File,
}

impl Passing {
    /// Makes a folder among the machine's passing files, and removes those that nobody uses any more.
    pub(super) fn make() -> anyhow::Result<Passing> {
        let all = env::temp_dir();
        Passing::within(&all).with_context(|| format!("making a folder in {}", all.display()))
    }

    fn within(all: &Path) -> io::Result<Passing> {
        for entry in fs::read_dir(all)? {
            let entry = entry?;
            let Some(_locked) = left_over(&entry) else {
                continue;
            };
            match fs::remove_dir_all(entry.path()) {
                // Another run was faster.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                removed => removed?,
            }
        }
        let mut folder = tempfile::Builder::new();
        folder.prefix(PREFIX);
        folder.permissions(fs::Permissions::from_mode(0o700));
        let folder = folder.tempdir_in(all)?;
        // Whoever sees the mark finds it locked.
        let draft = folder.path().join(".draft");
        let mark = File::create_new(&draft)?;
        mark.lock()?;
        fs::rename(draft, folder.path().join(MARK))?;
        Ok(Passing { folder, mark })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes it with all that is in it.
    pub(super) fn close(self) -> anyhow::Result<()> {
        let removed = self.folder.close();
        drop(self.mark);
        removed.context("removing a folder with rows")
    }
}

/// Gives the mark of a folder, locked, if a process of this user has made it that is gone.
fn left_over(entry: &DirEntry) -> Option<File> {
    let name = entry.file_name();
    let is_named = name.to_str().is_some_and(|name| name.starts_with(PREFIX));
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
        let used = Passing::within(all.path()).unwrap();
        let Passing { folder, mark } = Passing::within(all.path()).unwrap();
        fs::write(folder.path().join("rows.csv"), "1\n").unwrap();
        // As if its process had been killed.
        let left = folder.keep();
        drop(mark);
        for name in ["consilium-lab-notes", "others"] {
            fs::create_dir(all.path().join(name)).unwrap();
        }
        let next = Passing::within(all.path()).unwrap();
        assert!(!left.exists());
        assert!(used.path().exists());
        next.close().unwrap();
        used.close().unwrap();
        assert_eq!(fs::read_dir(all.path()).unwrap().count(), 2);
    }
}
