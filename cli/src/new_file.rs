//! Files that are made and never overwritten.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::Context as _;
use consilium_plan::Lang;

use crate::hint::OrHint as _;

/// Creates a file; one that exists is left alone.
pub(crate) fn create(path: &Path, lang: Lang) -> anyhow::Result<File> {
    with_mode(path, 0o666, lang)
}

/// Creates a file that its owner alone may read.
pub(crate) fn create_private(path: &Path, lang: Lang) -> anyhow::Result<File> {
    with_mode(path, 0o600, lang)
}

fn with_mode(path: &Path, mode: u32, lang: Lang) -> anyhow::Result<File> {
    let created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path);
    let exists = matches!(&created, Err(error) if error.kind() == io::ErrorKind::AlreadyExists);
    let writing = lang.pick("writing", "写入");
    let created = created.with_context(|| format!("{writing} {}", path.display()));
    if !exists {
        return created;
    }
    created.or_hint(lang.pick(
        "an existing file is never overwritten: choose another name, or remove it first",
        "不会覆盖已有文件：请换一个名称，或先删除它",
    ))
}
