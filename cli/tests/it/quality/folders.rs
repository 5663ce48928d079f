//! The folders in which reports are kept: others' files, full disks, readers.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt as _, symlink},
};

use serde_json::Value;

use super::{BROKEN, RULES, WHOLE, check, house, issues, listed, read, told};
use crate::{consilium, mapping::is_built};

#[test]
fn a_link_in_a_folder_from_elsewhere_costs_nobody_a_file() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    check(&folder);
    let (key, list) = (
        folder.path().join("key"),
        folder.path().join("kept/issues.jsonl"),
    );
    fs::write(&key, "a key without an end of line").unwrap();
    fs::remove_file(&list).unwrap();
    symlink(&key, &list).unwrap();
    let args = ["data", "quality", "rules.toml", "--out", "kept"];
    for output in [
        consilium(folder.path(), &args),
        issues(&folder, &["list", "kept"]),
        issues(&folder, &["notify", "kept", "order", "--by", "Wang"]),
    ] {
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains("is a link"), "{}", told(&output));
    }
    let key = fs::read_to_string(key).unwrap();
    assert_eq!(key, "a key without an end of line");
}

#[test]
fn what_cannot_be_kept_is_told_and_counted_nowhere() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    check(&folder);
    let kept = |name: &str| folder.path().join("kept").join(name);
    fs::write(kept(".staged-killed"), "of a process that was killed").unwrap();
    let before = ["issues.jsonl", "scores.jsonl"].map(|name| read(&folder, name));
    fs::write(folder.path().join("stays.csv"), WHOLE).unwrap();
    fs::remove_file(kept("quality.html")).unwrap();
    fs::create_dir(kept("quality.html")).unwrap();
    let args = ["data", "quality", "rules.toml", "--out", "kept", "--json"];
    let output = consilium(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("quality.html"), "{}", told(&output));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["issues"].as_array().unwrap().len(), 0);
    let after = ["issues.jsonl", "scores.jsonl"].map(|name| read(&folder, name));
    assert_eq!(after, before);
    let names = fs::read_dir(folder.path().join("kept")).unwrap();
    let mut names = names.map(|it| it.unwrap().file_name());
    assert!(!names.any(|it| it.to_string_lossy().starts_with(".staged")));
}

#[test]
fn a_folder_of_other_tables_is_not_used_and_one_that_others_write_to_neither() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    check(&folder);
    let other = RULES.replace("stays", "visits");
    fs::write(folder.path().join("other.toml"), other).unwrap();
    let args = ["data", "quality", "other.toml", "--out", "kept"];
    let output = consilium(folder.path(), &args);
    assert!(
        told(&output).contains("over other tables"),
        "{}",
        told(&output)
    );
    let open = Permissions::from_mode(0o777);
    fs::set_permissions(folder.path().join("kept"), open).unwrap();
    let args = ["data", "quality", "rules.toml", "--out", "kept"];
    let output = consilium(folder.path(), &args);
    assert!(told(&output).contains("chmod go-w"), "{}", told(&output));
}

#[test]
fn a_list_is_only_read() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    check(&folder);
    fs::remove_file(folder.path().join("kept/scores.jsonl")).unwrap();
    let list = folder.path().join("kept/issues.jsonl");
    let broken = fs::read_to_string(&list).unwrap() + "{\"time\":17";
    fs::write(&list, &broken).unwrap();
    let held = fs::File::open(&list).unwrap();
    held.lock().unwrap();
    assert_eq!(listed(&folder, &[]).len(), 2);
    assert_eq!(fs::read_to_string(&list).unwrap(), broken);
    assert!(!folder.path().join("kept/scores.jsonl").exists());
}

#[test]
fn other_folders_are_left_alone() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    let args = ["data", "quality", "rules.toml", "--out", "."];
    let output = consilium(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told(&output).contains("holds other things"),
        "{}",
        told(&output)
    );
    assert!(!folder.path().join("issues.jsonl").exists());
    let none = issues(&folder, &["list", "nowhere"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(told(&none).contains("--out FOLDER"), "{}", told(&none));
}
