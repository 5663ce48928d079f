//! The files of the repository, tracked or about to be.

use std::{fs, io, process::Command};

use anyhow::Context as _;

/// All files that git tracks or would add.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
}

/// A file's path from the root, and its text; none where it isn't UTF-8.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

impl Tree {
    pub(super) fn read() -> anyhow::Result<Self> {
        let output = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .output()
            .context("starting git")?;
        anyhow::ensure!(output.status.success(), "git lists no files here");
        let listing = String::from_utf8(output.stdout).context("reading git's list of files")?;
        let mut files = Vec::new();
        for path in listing.split_terminator('\0') {
            match fs::read(path) {
                Ok(bytes) => files.push(File {
                    path: path.to_owned(),
                    text: String::from_utf8(bytes).unwrap_or_default(),
                }),
                // Deleted, and git not told yet.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("reading {path}")),
            }
        }
        Ok(Self { files })
    }

    /// Files whose name ends so.
    pub(super) fn ending(&self, ending: &str) -> impl Iterator<Item = &File> {
        self.files
            .iter()
            .filter(move |file| file.path.ends_with(ending))
    }

    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Tells whether a file or a folder of this path is there.
    pub(super) fn contains(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        path.is_empty()
            || self.files.iter().any(|file| {
                file.path
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
    }
}

impl File {
    /// Lines with their numbers, from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }
}

/// Finds the lock file missing.
pub(super) fn lock_file(tree: &Tree) -> Vec<String> {
    match tree.file("Cargo.lock") {
        Some(_) => Vec::new(),
        None => vec!["Cargo.lock is neither tracked nor about to be".to_owned()],
    }
}

#[cfg(test)]
pub(super) fn tree_of(files: &[(&str, &str)]) -> Tree {
    let file = |&(path, text): &(&str, &str)| File {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    Tree {
        files: files.iter().map(file).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_known_by_their_files() {
        let tree = tree_of(&[("docs/adr/README.md", "")]);
        assert!(tree.contains("docs/adr/"));
        assert!(tree.contains("docs/adr/README.md"));
        assert!(!tree.contains("docs/ad"));
    }

    #[test]
    fn a_missing_lock_file_is_found() {
        assert_eq!(
            lock_file(&tree_of(&[("Cargo.lock", "")])),
            Vec::<String>::new()
        );
        assert_eq!(lock_file(&tree_of(&[("Cargo.toml", "")])).len(), 1);
    }
}
