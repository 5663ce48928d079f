//! Removing folders that nobody uses any more.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Folders that are put aside, to be removed.
#[derive(Default)]
pub(crate) struct Aside(Vec<PathBuf>);

/// How a folder's name ends that is put aside.
const LEAVING: &str = "leaving";

impl Aside {
    /// Puts the folders in a folder aside that are not kept, and takes those that were before but
    /// not removed; files that lie between them stay.
    ///
    /// # Errors
    ///
    /// The first; one that can't be put aside keeps none of the others.
    pub(crate) fn put(&mut self, folder: &Path, keeps: impl Fn(&Path) -> bool) -> io::Result<()> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        let mut outcome = Ok(());
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if !entry.file_type()?.is_dir() || keeps(&path) {
                continue;
            }
            if path.extension().is_some_and(|it| it == LEAVING) {
                self.0.push(path);
                continue;
            }
            let leaving = path.with_added_extension(LEAVING);
            match fs::rename(&path, &leaving) {
                Ok(()) => self.0.push(leaving),
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    /// Removes them. Blocks for as long as it takes to unlink all that is in them.
    ///
    /// # Errors
    ///
    /// The first; one that can't be removed keeps none of the others.
    pub(crate) fn remove(self) -> io::Result<()> {
        let removed = self.0.iter().map(|path| match fs::remove_dir_all(path) {
            // Somebody else was as quick.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        });
        removed.fold(Ok(()), io::Result::and)
    }
}

/// Removes the folders in a folder that are not kept; files that lie between them stay.
///
/// # Errors
///
/// The first; one that can't be removed keeps none of the others.
pub(crate) fn keep_only(folder: &Path, keeps: impl Fn(&Path) -> bool) -> io::Result<()> {
    let mut aside = Aside::default();
    aside.put(folder, keeps).and(aside.remove())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(folder: &Path) -> Vec<String> {
        let left = fs::read_dir(folder).unwrap();
        let names = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn folders_that_are_not_kept_go_and_a_stray_file_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            fs::create_dir_all(folder.path().join(name).join("below")).unwrap();
        }
        fs::write(folder.path().join("0"), "stray").unwrap();
        keep_only(folder.path(), |path| path.ends_with("b")).unwrap();
        assert_eq!(left(folder.path()), ["0", "b"]);
        keep_only(&folder.path().join("none"), |_| false).unwrap();
    }

    #[test]
    fn what_is_put_aside_is_used_by_nobody_and_goes_in_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("2026-q4");
        fs::create_dir_all(table.join("below")).unwrap();
        Aside::default().put(folder.path(), |_| false).unwrap();
        assert_eq!(left(folder.path()), ["2026-q4.leaving"]);
        let mut twice = [Aside::default(), Aside::default()];
        for aside in &mut twice {
            aside.put(folder.path(), |path| *path == table).unwrap();
        }
        fs::create_dir(&table).unwrap();
        twice.into_iter().try_for_each(Aside::remove).unwrap();
        assert_eq!(left(folder.path()), ["2026-q4"]);
    }
}
