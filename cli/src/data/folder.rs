//! Folders for their owner alone.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::Path,
};

use anyhow::{Context as _, bail};
use consilium_plan::Lang;
use rustix::process::geteuid;

use crate::hint::OrHint as _;

/// Makes a folder that is not there yet.
pub(super) fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Refuses a folder in which others could put links, or files of their own.
pub(super) fn check(path: &Path, lang: Lang) -> anyhow::Result<()> {
    let about = path
        .metadata()
        .with_context(|| path.display().to_string())?;
    let shown = path.display();
    if !about.is_dir() {
        bail!(lang.pick(
            format!("{shown} is no folder"),
            format!("{shown} 不是文件夹"),
        ));
    }
    if about.mode() & 0o022 == 0 && about.uid() == geteuid().as_raw() {
        return Ok(());
    }
    let refused = lang.pick(
        format!("{shown} belongs to somebody else, or others may write to it"),
        format!("{shown} 属于他人，或他人可以写入"),
    );
    Err(anyhow::anyhow!(refused)).or_hint(lang.pick(
        format!("`chmod go-w {shown}`, or name another folder"),
        format!("请执行 `chmod go-w {shown}`，或指定其他文件夹"),
    ))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    #[test]
    fn a_folder_is_its_owners_alone() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("kept");
        make(&folder).unwrap();
        assert_eq!(folder.metadata().unwrap().mode() & 0o777, 0o700);
        check(&folder, Lang::En).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).unwrap();
        let error = check(&folder, Lang::En).unwrap_err();
        assert!(error.to_string().contains("others may write"), "{error}");
        assert!(make(&folder).is_err());
    }
}
