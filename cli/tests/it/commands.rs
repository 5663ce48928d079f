//! What holds for every command.

use crate::{consilium, printed};

#[test]
fn the_help_of_every_command_shows_an_example() {
    let folder = tempfile::tempdir().unwrap();
    for command in [
        &["demo"][..],
        &["data", "check"],
        &["data", "profile"],
        &["data", "schema"],
        &["data", "add"],
        &["data", "list"],
        &["data", "remove"],
        &["plan", "check"],
        &["study", "submit"],
        &["study", "list"],
        &["study", "show"],
        &["study", "approve"],
        &["study", "refuse"],
        &["study", "revoke"],
        &["study", "watch"],
        &["study", "cancel"],
        &["study", "result"],
        &["model", "show"],
        &["model", "predict"],
        &["model", "export"],
        &["coordinator", "init"],
        &["coordinator", "run"],
        &["coordinator", "invite"],
        &["coordinator", "members"],
        &["coordinator", "revoke"],
        &["participant", "join"],
        &["participant", "run"],
        &["participant", "status"],
        &["participant", "peers"],
        &["participant", "verify"],
        &["participant", "steward", "add"],
        &["person", "new-key"],
        &["person", "enrol"],
        &["person", "show"],
        &["audit", "export"],
        &["audit", "verify"],
        &["doctor"],
        &["explain"],
        &["completions"],
    ] {
        let help = printed(folder.path(), &[command, &["--help"]].concat());
        assert!(help.contains("Example"), "{command:?}: {help}");
        assert!(
            help.contains(&format!("consilium {}", command.join(" "))),
            "{command:?}: {help}"
        );
    }
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
