//! Files to which lines of JSON are added, and in which none is ever changed.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use consilium_plan::Lang;
use serde::{Serialize, de::DeserializeOwned};

use crate::terminal::tell;

/// The most bytes of such a file that are read: half a million lines.
const LONGEST: u64 = 128 << 20;

/// A file that nobody else adds to as long as this is held.
#[derive(Debug)]
pub(super) struct Lines<T> {
    file: File,
    path: PathBuf,
    entries: Vec<T>,
}

impl<T: Serialize + DeserializeOwned> Lines<T> {
    /// Opens a file, which is made if it isn't there, for its owner alone; waits for who holds it.
    ///
    /// A last line without an end is of a process that was killed while it wrote: it is told, and taken off.
    pub(super) fn open(path: &Path, lang: Lang) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600);
        let opened = options
            .open(path)
            .and_then(|file| file.lock().map(|()| file));
        let named = || path.display().to_string();
        let mut file = opened.with_context(named)?;
        let text = whole(&mut file).with_context(named)?;
        let entries = text
            .lines()
            .enumerate()
            .map(|(before, line)| {
                let line_number = lang.pick(
                    format!("{} line {}", path.display(), before + 1),
                    format!("{} 第 {} 行", path.display(), before + 1),
                );
                serde_json::from_str(line).context(line_number)
            })
            .collect::<anyhow::Result<_>>()?;
        if text.len() as u64 != file.metadata().with_context(named)?.len() {
            file.set_len(text.len() as u64).with_context(named)?;
            tell(&lang.pick(
                format!(
                    "{}: the last line was broken off when it was written; it is taken off",
                    path.display()
                ),
                format!("{}：最后一行写入时中断，已去除", path.display()),
            ));
        }
        Ok(Self {
            file,
            path: path.to_owned(),
            entries,
        })
    }

    /// The lines, from the first on.
    pub(super) fn entries(&self) -> &[T] {
        &self.entries
    }

    /// Adds lines; they are on the disk when this returns.
    pub(super) fn add(&mut self, more: Vec<T>) -> anyhow::Result<()> {
        let mut text = Vec::new();
        for entry in &more {
            serde_json::to_writer(&mut text, entry)?;
            text.push(b'\n');
        }
        let written = self
            .file
            .write_all(&text)
            .and_then(|()| self.file.sync_data());
        written.with_context(|| self.path.display().to_string())?;
        self.entries.extend(more);
        Ok(())
    }
}

/// Reads all lines that have an end.
fn whole(file: &mut File) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    let read = file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if read as u64 > LONGEST {
        bail!(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    bytes.truncate(end.map_or(0, |last| last + 1));
    String::from_utf8(bytes).map_err(|_| io::Error::from(io::ErrorKind::InvalidData).into())
}

#[cfg(test)]
mod tests {
    use std::{fs, thread};

    use super::*;

    fn open(path: &Path) -> anyhow::Result<Lines<u32>> {
        Lines::open(path, Lang::En)
    }

    #[test]
    fn a_line_that_was_broken_off_is_taken_off_and_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines.jsonl");
        open(&path).unwrap().add(vec![1, 2]).unwrap();
        fs::write(&path, "1\n2\n33").unwrap();
        let mut lines = open(&path).unwrap();
        assert_eq!(lines.entries(), [1, 2]);
        lines.add(vec![4]).unwrap();
        drop(lines);
        assert_eq!(fs::read_to_string(&path).unwrap(), "1\n2\n4\n");
    }

    #[test]
    fn a_line_that_somebody_changed_is_named_and_nothing_is_taken_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines.jsonl");
        fs::write(&path, "1\nx\n3\n4").unwrap();
        let error = open(&path).unwrap_err();
        assert!(error.to_string().ends_with("lines.jsonl line 2"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "1\nx\n3\n4");
    }

    #[test]
    fn two_that_add_at_once_wait_for_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines.jsonl");
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let mut lines = open(&path).unwrap();
                    let next = u32::try_from(lines.entries().len()).unwrap();
                    lines.add(vec![next]).unwrap();
                });
            }
        });
        assert_eq!(open(&path).unwrap().entries(), [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
