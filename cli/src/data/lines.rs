//! Files to which lines of JSON are added, and in which none is ever changed.

use std::{
    fs::{File, OpenOptions, Permissions, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail};
use consilium_plan::Lang;
use rustix::{fs::OFlags, io::Errno, process::geteuid};
use serde::{Serialize, de::DeserializeOwned};

use crate::{hint::OrHint as _, terminal::tell};

/// The most bytes of such a file that are read: half a million lines.
const LONGEST: u64 = 128 << 20;

/// After so long it is told that somebody else holds the file.
const PATIENCE: Duration = Duration::from_secs(2);

/// A file that nobody else adds to as long as this is held.
#[derive(Debug)]
pub(super) struct Lines<T> {
    file: File,
    path: PathBuf,
    entries: Vec<T>,
    /// What was added since the last commit.
    added: Vec<u8>,
    /// Where lines ended before the last commit, where they end, and how long the file is: longer, if a line was
    /// broken off.
    before: u64,
    ends: u64,
    length: u64,
}

impl<T: Serialize + DeserializeOwned> Lines<T> {
    /// Opens a file, which is made if it isn't there, for its owner alone; waits for who holds it.
    ///
    /// # Security
    ///
    /// A folder may come from somebody else, and a link in it may lead to any file of its reader. So no link is
    /// followed, and nothing is opened that is no regular file, has a second name or belongs to another.
    pub(super) fn open(path: &Path, lang: Lang) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600);
        let named = || path.display().to_string();
        let file = open(options, path, lang)?;
        let about = file.metadata().with_context(named)?;
        if about.nlink() > 1 || about.uid() != geteuid().as_raw() {
            return Err(stranger(path, lang));
        }
        if about.mode() & 0o077 != 0 {
            let alone = file.set_permissions(Permissions::from_mode(0o600));
            alone.with_context(named)?;
        }
        lock(&file, path, lang).with_context(named)?;
        let bytes = bytes(&file).with_context(named)?;
        let ends = end(&bytes);
        let entries = parse(&bytes[..ends], path, lang)?;
        let tail = &bytes[ends..];
        if !tail.is_empty() && tail[0] != b'{' {
            let none = lang.pick("the last line is none of ours", "最后一行不是本程序所写");
            let lines = anyhow::anyhow!("{}: {none}", path.display());
            return Err(lines).or_hint(way_out(lang));
        }
        Ok(Self {
            file,
            path: path.to_owned(),
            entries,
            added: Vec::new(),
            before: ends as u64,
            ends: ends as u64,
            length: bytes.len() as u64,
        })
    }

    /// Reads a file's lines, and changes nothing; a last one without an end is being written, or was broken off.
    ///
    /// A file that isn't there has none.
    pub(super) fn read(path: &Path, lang: Lang) -> anyhow::Result<Vec<T>> {
        match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            _ => {}
        }
        let file = open(OpenOptions::new(), path, lang)?;
        let bytes = bytes(&file).with_context(|| path.display().to_string())?;
        parse(&bytes[..end(&bytes)], path, lang)
    }

    /// The lines, from the first on; those too that are not committed yet.
    pub(super) fn entries(&self) -> &[T] {
        &self.entries
    }

    /// Adds lines, which [`Self::commit`] writes.
    ///
    /// # Errors
    ///
    /// If a line could not be read again: that would be the end of the file.
    pub(super) fn add(&mut self, more: Vec<T>) -> anyhow::Result<()> {
        for entry in &more {
            let line = serde_json::to_vec(entry)?;
            serde_json::from_slice::<T>(&line).with_context(|| self.path.display().to_string())?;
            self.added.extend(line);
            self.added.push(b'\n');
        }
        self.entries.extend(more);
        Ok(())
    }

    /// Writes what was added; it is on the disk when this returns, or the file is as it was.
    ///
    /// A last line without an end is of a process that was killed while it wrote: it is told, and taken off.
    pub(super) fn commit(&mut self, lang: Lang) -> anyhow::Result<()> {
        if self.added.is_empty() {
            return Ok(());
        }
        let path = self.path.display().to_string();
        let named = || path.clone();
        if self.length > self.ends {
            self.file.set_len(self.ends).with_context(named)?;
            tell(&lang.pick(
                format!(
                    "{path}: the last line was broken off when it was written; it is taken off"
                ),
                format!("{path}：最后一行写入时中断，已去除"),
            ));
        }
        let written = self
            .file
            .write_all(&self.added)
            .and_then(|()| self.file.sync_data());
        self.before = self.ends;
        if written.is_err() {
            self.undo();
        }
        written.with_context(named)?;
        self.ends += self.added.len() as u64;
        self.length = self.ends;
        self.added.clear();
        Ok(())
    }

    /// Takes off what the last commit has written, as well as that can be done.
    pub(super) fn undo(&mut self) {
        // Nobody else adds to it, so all beyond is ours.
        if self.file.set_len(self.before).is_ok() {
            (self.ends, self.length) = (self.before, self.before);
        }
    }
}

/// Opens a regular file that stands at this very path.
fn open(mut options: OpenOptions, path: &Path, lang: Lang) -> anyhow::Result<File> {
    // A pipe would wait for ever for somebody to write to it.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).context("flags of open")?;
    let opened = options.read(true).custom_flags(flags).open(path);
    let link = Some(Errno::LOOP.raw_os_error());
    if matches!(&opened, Err(error) if error.raw_os_error() == link) {
        return Err(stranger(path, lang));
    }
    let file = opened.with_context(|| path.display().to_string())?;
    if file.metadata().is_ok_and(|it| it.is_file()) {
        return Ok(file);
    }
    Err(stranger(path, lang))
}

fn stranger(path: &Path, lang: Lang) -> anyhow::Error {
    let path = path.display();
    anyhow::anyhow!(lang.pick(
        format!(
            "{path} is a link, no regular file, has a second name or belongs to somebody else: it is left alone"
        ),
        format!("{path} 是链接、不是普通文件、有另一个名称，或属于他人：未作改动"),
    ))
}

/// Waits for who holds a file, and tells people that it does.
fn lock(file: &File, path: &Path, lang: Lang) -> io::Result<()> {
    match file.try_lock() {
        Ok(()) => return Ok(()),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let (held, waits) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if waits.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let path = path.display();
                tell(&lang.pick(
                    format!("waiting for {path}, which another process holds"),
                    format!("正在等待 {path}，另一进程正在使用它"),
                ));
            }
        });
        let locked = file.lock();
        drop(held);
        locked
    })
}

fn bytes(file: &File) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if read as u64 > LONGEST {
        bail!(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    Ok(bytes)
}

/// Where the last line that has an end has it.
fn end(bytes: &[u8]) -> usize {
    let last = bytes.iter().rposition(|byte| *byte == b'\n');
    last.map_or(0, |last| last + 1)
}

fn parse<T: DeserializeOwned>(bytes: &[u8], path: &Path, lang: Lang) -> anyhow::Result<Vec<T>> {
    let line = |(before, line): (usize, &[u8])| {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line_number = lang.pick(
            format!("{} line {}", path.display(), before + 1),
            format!("{} 第 {} 行", path.display(), before + 1),
        );
        let entry = serde_json::from_slice(line).context(line_number);
        entry.or_hint(way_out(lang))
    };
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines.enumerate().map(line).collect()
}

fn way_out(lang: Lang) -> &'static str {
    lang.pick(
        "keep a copy of the file, then mend that line or take it out; or name another folder",
        "请先备份该文件，再修正或删除该行；或指定其他文件夹",
    )
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use serde::Deserialize;
    use tempfile::TempDir;

    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    struct Entry {
        n: f64,
    }

    fn entries(them: &[u32]) -> Vec<Entry> {
        them.iter().map(|n| Entry { n: f64::from(*n) }).collect()
    }

    fn open(path: &Path) -> anyhow::Result<Lines<Entry>> {
        Lines::open(path, Lang::En)
    }

    fn read(path: &Path) -> anyhow::Result<Vec<Entry>> {
        Lines::read(path, Lang::En)
    }

    fn add(path: &Path, them: &[u32]) {
        let mut lines = open(path).unwrap();
        lines.add(entries(them)).unwrap();
        lines.commit(Lang::En).unwrap();
    }

    fn folder() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines.jsonl");
        (folder, path)
    }

    #[test]
    fn a_line_that_was_broken_off_is_taken_off_by_who_adds_and_others_stay() {
        let (_folder, path) = folder();
        add(&path, &[1, 2]);
        let broken = fs::read_to_string(&path).unwrap() + "{\"n";
        fs::write(&path, &broken).unwrap();
        assert_eq!(read(&path).unwrap(), entries(&[1, 2]));
        assert_eq!(open(&path).unwrap().entries(), entries(&[1, 2]));
        assert_eq!(fs::read_to_string(&path).unwrap(), broken);
        add(&path, &[4]);
        assert_eq!(read(&path).unwrap(), entries(&[1, 2, 4]));
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 3);
    }

    #[test]
    fn a_file_that_is_none_of_ours_is_left_alone() {
        let (folder, path) = folder();
        let key = folder.path().join("key");
        fs::write(&key, "secret").unwrap();
        symlink(&key, &path).unwrap();
        let error = open(&path).unwrap_err();
        assert!(error.to_string().contains("is a link"), "{error}");
        assert!(read(&path).is_err());
        fs::remove_file(&path).unwrap();
        fs::hard_link(&key, &path).unwrap();
        let error = open(&path).unwrap_err();
        assert!(error.to_string().contains("second name"), "{error}");
        fs::remove_file(&path).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, 0o600.into()).unwrap();
        assert!(read(&path).is_err());
        fs::remove_file(&path).unwrap();
        // Nor is a text without an end that doesn't begin as lines do.
        fs::write(&path, "secret").unwrap();
        let error = open(&path).unwrap_err();
        assert!(error.to_string().contains("none of ours"), "{error}");
        assert_eq!(read(&path).unwrap(), []);
        assert_eq!(fs::read_to_string(&path).unwrap(), "secret");
        assert_eq!(fs::read_to_string(&key).unwrap(), "secret");
    }

    #[test]
    fn a_line_that_somebody_changed_is_named_and_nothing_is_taken_off() {
        let (_folder, path) = folder();
        let text = "{\"n\":1}\nx\n{\"n\":3}\n{";
        fs::write(&path, text).unwrap();
        let error = open(&path).unwrap_err();
        assert!(error.to_string().ends_with("lines.jsonl line 2"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn what_could_not_be_read_again_is_not_written() {
        let (_folder, path) = folder();
        let mut lines = open(&path).unwrap();
        assert!(lines.add(vec![Entry { n: f64::NAN }]).is_err());
        lines.commit(Lang::En).unwrap();
        assert_eq!(read(&path).unwrap(), []);
    }

    #[test]
    fn what_was_written_last_can_be_undone() {
        let (_folder, path) = folder();
        add(&path, &[1]);
        let mut lines = open(&path).unwrap();
        lines.add(entries(&[2])).unwrap();
        lines.commit(Lang::En).unwrap();
        lines.undo();
        assert_eq!(read(&path).unwrap(), entries(&[1]));
    }

    #[test]
    fn others_may_not_read_it_and_who_only_reads_does_not_wait() {
        let (_folder, path) = folder();
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        let held = open(&path).unwrap();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(read(&path).unwrap(), []);
        drop(held);
    }

    #[test]
    fn two_that_add_at_once_wait_for_each_other() {
        let (_folder, path) = folder();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let mut lines = open(&path).unwrap();
                    let next = u32::try_from(lines.entries().len()).unwrap();
                    lines.add(entries(&[next])).unwrap();
                    lines.commit(Lang::En).unwrap();
                });
            }
        });
        assert_eq!(read(&path).unwrap(), entries(&[0, 1, 2, 3, 4, 5, 6, 7]));
    }
}
