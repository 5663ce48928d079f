//! Removing folders that nobody uses any more.

use std::{fs, io, path::Path};

/// Removes the folders in a folder that are not kept; files that lie between them stay.
///
/// One that can't be removed keeps none of the others.
///
/// # Errors
///
/// The first.
pub(crate) fn keep_only(folder: &Path, keeps: impl Fn(&Path) -> bool) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let mut outcome = Ok(());
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() && !keeps(&path) {
            outcome = outcome.and(fs::remove_dir_all(&path));
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_are_not_kept_go_and_a_stray_file_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            fs::create_dir_all(folder.path().join(name).join("below")).unwrap();
        }
        fs::write(folder.path().join("0"), "stray").unwrap();
        keep_only(folder.path(), |path| path.ends_with("b")).unwrap();
        let left = fs::read_dir(folder.path()).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["0", "b"]);
        keep_only(&folder.path().join("none"), |_| false).unwrap();
    }
}
