//! What holds for every command.

use std::{
    io,
    process::{Command, Stdio},
};

use crate::{consilium, printed};

/// A pipe that nobody reads from any more.
fn closed() -> Stdio {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn whoever_has_read_enough_ends_a_command_quietly() {
    for args in [
        &["completions", "bash"][..],
        &["explain", "--all"],
        &["study", "--help"],
        &["participant", "join", "--sample"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_consilium"))
            .args(args)
            .stdout(closed())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
}

#[test]
fn an_error_that_nobody_can_be_told_of_keeps_its_exit_code() {
    let status = Command::new(env!("CARGO_BIN_EXE_consilium"))
        .args(["--log", "trace", "explain", "NO-SUCH-CODE"])
        .stderr(closed())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn completions_are_made_for_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    let script = printed(folder.path(), &["completions", "bash"]);
    assert!(script.contains("complete -F _consilium"));
}

#[test]
fn a_bad_log_filter_is_a_misuse_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = consilium(
        folder.path(),
        &["--log", "=nonsense=", "demo", "--simulated"],
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--log"));
}
