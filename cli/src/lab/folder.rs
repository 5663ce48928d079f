//! The folder of an experiment: its cells, tables and reports.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use consilium_lab::Experiment;
use consilium_plan::Lang;
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::hint::OrHint as _;

/// Where experiments leave their folders, each its own.
const ALL: &str = "consilium-lab";

/// The report's own file, by which a folder is known, and the others that stand beside it.
pub(super) const REPORT: &str = "report.json";
pub(super) const BESIDE: [&str; 3] = ["report.html", "cells.csv", "cells.parquet"];

/// Gives the folder of an experiment that names none: it is called as the file, or as the folder of a
/// file that is called `lab.toml`.
pub(super) fn usual(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default();
    let name = if stem == "lab" {
        let whole = fs::canonicalize(file).ok();
        let folder = whole.as_deref().and_then(Path::parent);
        let name = folder.and_then(Path::file_name);
        name.map_or_else(|| stem.to_owned(), ToOwned::to_owned)
    } else {
        stem.to_owned()
    };
    Path::new(ALL).join(name)
}

/// Refuses a folder in which a report is that this experiment would overwrite and has not made.
pub(super) fn check(folder: &Path, experiment: &Experiment, lang: Lang) -> anyhow::Result<()> {
    let shown = folder.display();
    let nobodys = |name: &str| {
        lang.pick(
            format!("{shown} has a {name} that no experiment has written"),
            format!("{shown} 中的 {name} 不是实验所写"),
        )
    };
    let refused = if let Ok(text) = fs::read(folder.join(REPORT)) {
        let report: Value = serde_json::from_slice(&text).unwrap_or_default();
        let of = |key: &str| report.get(key).and_then(Value::as_str);
        let file = experiment.file();
        let name = file.file_name().map(|name| name.to_string_lossy());
        if of("title") == Some(experiment.title()) && of("file") == name.as_deref() {
            return Ok(());
        }
        match of("title") {
            Some(title) => lang.pick(
                format!("{shown} has the report of another experiment, {title:?}"),
                format!("{shown} 中是另一实验“{title}”的报告"),
            ),
            None => nobodys(REPORT),
        }
    } else {
        let there = BESIDE.iter().find(|name| folder.join(name).exists());
        let Some(name) = there else { return Ok(()) };
        nobodys(name)
    };
    Err(anyhow!(refused)).or_hint(lang.pick(
        "name another folder by --out, or remove what is in this one",
        "请以 --out 指定其他文件夹，或清空此文件夹",
    ))
}

/// Makes the folder, and tries whether it takes files.
pub(super) fn make(folder: &Path, lang: Lang) -> anyhow::Result<()> {
    let cells = folder.join("cells");
    let made = fs::create_dir_all(&cells)
        .and_then(|()| NamedTempFile::new_in(folder))
        .and_then(|_| NamedTempFile::new_in(&cells));
    let made =
        made.with_context(|| format!("{} {}", lang.pick("writing", "写入"), folder.display()));
    made.map(drop).or_hint(lang.pick(
        "name a folder that takes files by --out; nothing was run",
        "请以 --out 指定可写入的文件夹；尚未运行任何单元",
    ))
}

/// Writes a file, whole or not at all.
pub(super) fn write(path: &Path, content: &[u8], lang: Lang) -> anyhow::Result<()> {
    let writing = || format!("{} {}", lang.pick("writing", "写入"), path.display());
    let folder = path.parent().unwrap_or(Path::new("."));
    // As any file that people make, but for what their umask takes away.
    let mut builder = tempfile::Builder::new();
    let builder = builder.permissions(Permissions::from_mode(0o666));
    let file = builder.tempfile_in(folder).with_context(writing)?;
    fs::write(file.path(), content).with_context(writing)?;
    file.persist(path).with_context(writing)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_called_as_its_experiment() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("hearts");
        fs::create_dir(&folder).unwrap();
        for (file, expected) in [("lab.toml", "hearts"), ("shallow.toml", "shallow")] {
            let file = folder.join(file);
            fs::write(&file, "").unwrap();
            assert_eq!(usual(&file), Path::new(ALL).join(expected));
        }
    }
}
