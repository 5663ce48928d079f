//! The folder in which reports on one rule file are kept: the last one in full, the scores of all, the issues.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use consilium_plan::{Lang, UnixTime};
use consilium_quality::{FORMAT, HeadingResult, Report, RuleSet, Score};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::Found;
use crate::data::{
    folder,
    issues::state::{self, Entry},
    lines::Lines,
};
use crate::{hint::OrHint as _, terminal::tell, whole};

/// The most bytes of a report that are read.
const LONGEST: u64 = 64 << 20;

/// The last report.
const REPORT: &str = "quality.json";

/// What became of issues; it stands in every folder of reports.
const ISSUES: &str = "issues.jsonl";

/// How names of files begin that are not in their place yet.
const STAGED: &str = ".staged-";

/// Scores of a check that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Past {
    /// Seconds since 1970 in UTC.
    pub(super) time: UnixTime,
    /// The hash of the report.
    pub(super) report: String,
    /// The hash of its rules: other rules, other scores.
    pub(super) rules: String,
    pub(super) headings: Vec<HeadingResult>,
    pub(super) total: Option<Score>,
}

/// A folder that no other process writes to as long as this is held.
#[derive(Debug)]
pub(in crate::data) struct Kept {
    folder: PathBuf,
    pub(in crate::data) issues: Lines<Entry>,
    pub(super) past: Lines<Past>,
}

impl Kept {
    /// Says what is wrong with a folder before anything is put into it: the queries before may take hours.
    pub(super) fn check(folder: &Path, rules: &RuleSet, lang: Lang) -> anyhow::Result<()> {
        let named = || folder.display().to_string();
        let outer = folder.parent().filter(|it| !it.as_os_str().is_empty());
        let outer = outer.unwrap_or(Path::new("."));
        if folder.symlink_metadata().is_err() {
            return outer.metadata().map(|_| ()).with_context(named);
        }
        check(folder, lang)?;
        staging(folder).with_context(named)?;
        if !folder.join(ISSUES).exists() {
            return Ok(());
        }
        Self::open(folder, lang)?;
        match report(folder) {
            Ok(last) if !is_of(&last, rules) => {
                let (last, title) = (last.title, rules.title());
                let refused = lang.pick(
                    format!("{} keeps reports on {last:?}, and the rules are of {title:?}, over other tables", named()),
                    format!("{} 中是 {last:?} 的报告，而规则为 {title:?}，且表也不同", named()),
                );
                Err(anyhow::anyhow!(refused)).or_hint(lang.pick(
                    "name a folder of its own with --out",
                    "请用 --out 指定另一个文件夹",
                ))
            }
            _ => Ok(()),
        }
    }

    /// Opens a folder, which is made if it isn't there, for its owner alone.
    pub(super) fn open(folder: &Path, lang: Lang) -> anyhow::Result<Self> {
        match folder::make(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(error).with_context(|| folder.display().to_string());
            }
            Err(_) => check(folder, lang)?,
            Ok(()) => {}
        }
        // The first file's lock is the folder's.
        let issues = Lines::open(&folder.join(ISSUES), lang)?;
        let past = Lines::open(&folder.join("scores.jsonl"), lang)?;
        remove_left_over(folder);
        let folder = folder.to_owned();
        Ok(Self {
            folder,
            issues,
            past,
        })
    }

    /// Opens a folder in which there is a report.
    pub(in crate::data) fn existing(folder: &Path, lang: Lang) -> anyhow::Result<Self> {
        has_report(folder, lang)?;
        Self::open(folder, lang)
    }

    /// Reads the last report and the issues, and changes nothing.
    pub(in crate::data) fn read(folder: &Path, lang: Lang) -> anyhow::Result<(Report, Vec<Entry>)> {
        has_report(folder, lang)?;
        let issues = Lines::read(&folder.join(ISSUES), lang)?;
        Ok((report(folder)?, issues))
    }

    /// Adds a report's scores, and gives what it changes in the list of issues, which is added too. [`Self::leave`]
    /// writes them.
    pub(super) fn add(&mut self, found: &Found, lang: Lang) -> anyhow::Result<Vec<Entry>> {
        let Found {
            report, hash, time, ..
        } = found;
        self.hold_clock(*time, lang);
        let changes = state::of_report(self.issues.entries(), report, hash, *time);
        self.issues.add(changes.clone())?;
        self.past.add(vec![Past {
            time: *time,
            report: hash.clone(),
            rules: report.rules_hash.clone(),
            headings: report.headings.clone(),
            total: report.total,
        }])?;
        Ok(changes)
    }

    /// Tells if the clock shows an earlier time than the last line has.
    pub(in crate::data) fn hold_clock(&self, now: UnixTime, lang: Lang) {
        let issue = self.issues.entries().last().map(|it| it.time);
        let score = self.past.entries().last().map(|it| it.time);
        if let Some(last) = issue.max(score).filter(|last| *last > now) {
            tell(&lang.pick(
                format!(
                    "note: it is {now} by the clock, and the last line in {} is of {last}",
                    self.folder.display()
                ),
                format!(
                    "注意：系统时钟为 {now}，而 {} 中最后一行的时间为 {last}",
                    self.folder.display()
                ),
            ));
        }
    }

    /// Leaves files for the owner alone in the place of earlier ones, and writes what was added.
    ///
    /// All files are on the disk before the first line is, and lines before a file takes the place of another: who
    /// has no room left for them keeps what was there. Scores come first, for they have the hash by which issues
    /// call the report.
    pub(super) fn leave(mut self, files: &[(&str, String)], lang: Lang) -> anyhow::Result<()> {
        let mut staged = Vec::new();
        for (name, text) in files {
            let path = self.folder.join(name);
            let file = staging(&self.folder).and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.as_file().sync_data()?;
                Ok(file)
            });
            staged.push((file.with_context(|| path.display().to_string())?, path));
        }
        self.past.commit(lang)?;
        if let Err(error) = self.issues.commit(lang) {
            self.past.undo();
            return Err(error);
        }
        let placed = staged.into_iter().try_for_each(|(file, path)| {
            let placed = file.persist(&path).map(drop);
            placed.with_context(|| path.display().to_string())
        });
        if placed.is_err() {
            self.issues.undo();
            self.past.undo();
        }
        placed
    }
}

/// A file beside those of a folder, which is removed if it takes no other's place.
fn staging(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(STAGED).tempfile_in(folder)
}

/// Removes what processes that were killed have left; who holds the folder's lock alone may do so.
fn remove_left_over(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(STAGED) {
            // What stays does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn has_report(folder: &Path, lang: Lang) -> anyhow::Result<()> {
    let kept = folder.join(REPORT);
    let about = fs::metadata(&kept).with_context(|| kept.display().to_string());
    about.map(drop).or_hint(lang.pick(
        "`consilium data quality RULES --out FOLDER` makes the folder",
        "`consilium data quality 规则文件 --out 文件夹` 会创建该文件夹",
    ))
}

/// Reads the last report.
fn report(folder: &Path) -> anyhow::Result<Report> {
    let path = folder.join(REPORT);
    let named = || path.display().to_string();
    let text = whole::text_of_file(&path, LONGEST).with_context(named)?;
    let report: Report = serde_json::from_str(&text).with_context(named)?;
    if report.format != FORMAT {
        bail!("{}: format {}", path.display(), report.format);
    }
    Ok(report)
}

/// Tells whether rules have anything to do with those of a report.
fn is_of(report: &Report, rules: &RuleSet) -> bool {
    let has = |name: &str| rules.tables().iter().any(|it| it.name == name);
    report.title == rules.title() || report.tables.iter().any(|it| has(&it.name))
}

/// Refuses a folder that is none of reports, nor empty, or in which others may write.
fn check(folder: &Path, lang: Lang) -> anyhow::Result<()> {
    folder::check(folder, lang)?;
    let mut entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    if folder.join(ISSUES).symlink_metadata().is_ok() || entries.next().is_none() {
        return Ok(());
    }
    bail!(lang.pick(
        format!(
            "{} holds other things than reports on quality",
            folder.display()
        ),
        format!("{} 中有质量报告以外的内容", folder.display()),
    ));
}
