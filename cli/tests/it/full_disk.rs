//! A whole federation on a disk that has no room for it.

use std::{fs, io::Write as _, path::Path, process::Command};

use crate::local::{as_strs, write_study};

/// Runs `consilium` in mounts of its own, with a file system of `size` at a folder.
fn with_disk(size: &str, at: &Path, folder: &Path, args: &[String]) -> (bool, String) {
    const SCRIPT: &str = "mount -t tmpfs -o size=\"$1\" none \"$2\" && shift 2 && exec \"$@\"";
    let output = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            SCRIPT,
            "sh",
            size,
        ])
        .arg(at)
        .arg(env!("CARGO_BIN_EXE_consilium"))
        .args(as_strs(args))
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env_remove("CONSILIUM_LOG")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    (output.status.success(), told)
}

#[test]
fn a_disk_without_room_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let allowed = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "mount",
            "-t",
            "tmpfs",
            "none",
        ])
        .arg(&disk)
        .status();
    if !allowed.is_ok_and(|status| status.success()) {
        // The test harness keeps what `eprintln` prints to itself.
        let mut seen = std::io::stderr();
        writeln!(seen, "skipped: no file systems of one's own").unwrap();
        return;
    }
    let mut args = write_study(folder.path());
    args.extend(["--out", "disk/left"].map(str::to_owned));
    let (succeeded, told) = with_disk("400k", &disk, folder.path(), &args);
    assert!(!succeeded);
    // Whoever meets it first: a daemon, its store, or what makes its folder.
    let texts = ["no space left on", "the disk that holds the state is full"];
    let is_named = texts.iter().any(|text| told.to_lowercase().contains(text));
    assert!(is_named && told.contains("disk/left/"), "{told}");
}
