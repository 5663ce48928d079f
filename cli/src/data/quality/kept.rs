//! The folder in which reports on one rule file are kept: the last one in full, the scores of all, the issues.

use std::{
    fs::{self, DirBuilder},
    io::{self, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use consilium_plan::{Lang, UnixTime};
use consilium_quality::{FORMAT, HeadingResult, Report, Score};
use serde::{Deserialize, Serialize};

use super::Found;
use crate::data::{
    issues::state::{self, Entry},
    lines::Lines,
};
use crate::{hint::OrHint as _, whole};

/// The most bytes of a report that are read.
const LONGEST: u64 = 64 << 20;

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
    /// Opens a folder, which is made if it isn't there, for its owner alone.
    pub(super) fn open(folder: &Path, lang: Lang) -> anyhow::Result<Self> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(error).with_context(|| folder.display().to_string());
            }
            Err(_) if !is_kept(folder)? => {
                bail!(lang.pick(
                    format!(
                        "{} holds other things than reports on quality",
                        folder.display()
                    ),
                    format!("{} 中有质量报告以外的内容", folder.display()),
                ));
            }
            _ => {}
        }
        // The first file's lock is the folder's.
        let issues = Lines::open(&folder.join("issues.jsonl"), lang)?;
        let past = Lines::open(&folder.join("scores.jsonl"), lang)?;
        let folder = folder.to_owned();
        Ok(Self {
            folder,
            issues,
            past,
        })
    }

    /// Opens a folder in which there is a report.
    pub(in crate::data) fn existing(folder: &Path, lang: Lang) -> anyhow::Result<Self> {
        let kept = folder.join("quality.json");
        fs::metadata(&kept)
            .with_context(|| kept.display().to_string())
            .or_hint(lang.pick(
                "`consilium data quality RULES --out FOLDER` makes the folder",
                "`consilium data quality 规则文件 --out 文件夹` 会创建该文件夹",
            ))?;
        Self::open(folder, lang)
    }

    /// Reads the last report.
    pub(in crate::data) fn report(&self) -> anyhow::Result<Report> {
        let path = self.folder.join("quality.json");
        let named = || path.display().to_string();
        let text = whole::text(&path, LONGEST).with_context(named)?;
        let report: Report = serde_json::from_str(&text).with_context(named)?;
        if report.format != FORMAT {
            bail!("{}: format {}", path.display(), report.format);
        }
        Ok(report)
    }

    /// Adds a report's scores, and gives what it changes in the list of issues, which is added too.
    pub(super) fn add(&mut self, found: &Found) -> anyhow::Result<Vec<Entry>> {
        let Found {
            report, hash, time, ..
        } = found;
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

    /// Leaves a file for the owner alone in the place of an earlier one.
    pub(super) fn leave(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        let left = || -> io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_data()?;
            file.persist(&path)?;
            Ok(())
        };
        left().with_context(|| path.display().to_string())
    }
}

/// Tells whether a folder is one of reports, or empty.
fn is_kept(folder: &Path) -> anyhow::Result<bool> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    Ok(folder.join("issues.jsonl").is_file() || entries.count() == 0)
}
