//! What holds for every command.

use crate::{consilium, printed};

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
