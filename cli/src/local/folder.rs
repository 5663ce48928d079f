//! The folder that a run leaves. No run takes the place of another, unless that one did not finish.

use std::{
    fs::{self, File, TryLockError},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use consilium_plan::{Lang, Plan};

use super::tell;
use crate::hint::OrHint as _;

/// As long as this file is there, the run has not ended well. It is locked while the run goes on,
/// and tells what the run makes beside it.
const MARK: &str = "unfinished";

/// A folder in which a run goes on.
#[derive(Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
    /// Its lock ends with this process, however that ends.
    _mark: File,
}

impl RunFolder {
    /// Makes the folder of a run of plans, for its owner alone; `more` is what the run makes in it
    /// besides results and daemons' folders.
    ///
    /// A folder that is there already is left alone, unless it holds nothing but what a run has
    /// made that did not finish: then that is removed.
    ///
    /// # Errors
    ///
    /// If the folder is there, or can't be made.
    pub(crate) fn make<'a>(
        path: &Path,
        plans: impl IntoIterator<Item = &'a Plan>,
        more: &[&str],
        lang: Lang,
    ) -> anyhow::Result<RunFolder> {
        let creating = || format!("{} {}", lang.pick("creating", "创建"), path.display());
        if is_left_over(path).with_context(creating)? {
            let said = lang.pick(
                "replacing what a run that did not finish has left in",
                "正在替换未完成的运行留下的内容：",
            );
            tell(&format!("{said} {}", path.display()));
            fs::remove_dir_all(path).with_context(creating)?;
        }
        let made = fs::DirBuilder::new().mode(0o700).create(path);
        made.with_context(creating).or_hint(lang.pick(
            "name another folder with --out, or remove this one",
            "请用 --out 指定其他文件夹，或删除此文件夹",
        ))?;
        let of_plan = |plan: &'a Plan| {
            let parties = plan.contributors().map(|(party, _)| party.as_str());
            parties.chain([plan.coordinator().as_str()])
        };
        let entries = plans.into_iter().flat_map(of_plan);
        let entries = entries.chain(["result"]).chain(more.iter().copied());
        let mark = mark(path, entries).with_context(creating)?;
        Ok(RunFolder {
            path: path.to_owned(),
            _mark: mark,
        })
    }

    /// Ends the run: after a failure the folder stays marked, and people are told of it.
    pub(crate) fn close<T>(self, outcome: anyhow::Result<T>, lang: Lang) -> anyhow::Result<T> {
        if outcome.is_ok() {
            fs::remove_file(self.path.join(MARK)).context(MARK)?;
        } else {
            let left = lang.pick(
                "what the run left, logs too, is replaced by the next run with the same --out:",
                "本次运行留下的内容（含日志）在下次使用相同 --out 运行时会被替换：",
            );
            tell(&format!("{left} {}", self.path.display()));
        }
        outcome
    }
}

fn mark<'a>(folder: &Path, entries: impl Iterator<Item = &'a str>) -> io::Result<File> {
    let mut mark = File::create_new(folder.join(MARK))?;
    mark.lock()?;
    for entry in entries {
        writeln!(mark, "{entry}")?;
    }
    Ok(mark)
}

/// Tells whether a folder holds nothing but what a run has made that is over and did not end well.
fn is_left_over(folder: &Path) -> io::Result<bool> {
    let mark = match File::open(folder.join(MARK)) {
        Ok(mark) => mark,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    match mark.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(false),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let made = io::read_to_string(mark)?;
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if name != MARK && !made.lines().any(|made| name == made) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_run_made_that_is_over_is_left_over() {
        let folder = tempfile::tempdir().unwrap();
        let left_over = || is_left_over(folder.path()).unwrap();
        assert!(!left_over(), "nobody has marked it");
        let running = mark(folder.path(), ["north", "result"].into_iter()).unwrap();
        fs::create_dir(folder.path().join("north")).unwrap();
        assert!(!left_over(), "the run goes on");
        drop(running);
        assert!(left_over());
        fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        assert!(!left_over(), "somebody keeps notes in it");
        assert!(!is_left_over(&folder.path().join("notes.txt")).unwrap());
    }
}
