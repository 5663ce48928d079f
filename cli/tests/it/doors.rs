//! Commands that speak to a daemon which is not there.

use std::fs;

use crate::{consilium, printed};

/// Runs a command that fails; gives its exit code and what it told.
fn fails(args: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = consilium(folder.path(), args);
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn a_socket_that_is_not_there_is_named_with_the_way_out() {
    for args in [
        &["study", "list"][..],
        &["study", "watch", "5f3a"],
        &["study", "submit", "plan.toml"],
        &["participant", "status"],
        &["participant", "peers"],
        &["coordinator", "members"],
        &["data", "list"],
        &["audit", "export", "-o", "journal"],
    ] {
        if args[1] == "submit" {
            // The plan is read before anybody is bothered with it.
            let (code, told) = fails(&[args, &["--at", "gone.sock"]].concat());
            assert!(
                code == Some(1) && told.contains("plan.toml"),
                "{args:?}: {told}"
            );
            continue;
        }
        let (code, told) = fails(&[args, &["--at", "gone.sock"]].concat());
        assert_eq!(code, Some(1), "{args:?}");
        assert!(
            told.contains("gone.sock") && told.contains("hint: is the daemon"),
            "{told}"
        );
    }
}

#[test]
fn help_names_the_sockets_of_those_daemons_that_a_command_is_for() {
    for (args, sockets) in [
        (
            &["study", "list"][..],
            &["operator.sock", "steward.sock"][..],
        ),
        (&["participant", "status"], &["steward.sock"]),
        (&["study", "watch"], &["operator.sock"]),
        (&["coordinator", "members"], &["operator.sock"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let help = printed(folder.path(), &[args, &["--help"]].concat());
        for socket in ["operator.sock", "steward.sock"] {
            assert_eq!(help.contains(socket), sockets.contains(&socket), "{help}");
        }
    }
}

#[test]
fn no_socket_in_the_usual_place_is_a_misuse() {
    let (code, told) = fails(&["study", "list"]);
    assert_eq!(code, Some(2));
    assert!(
        told.contains("/var/lib/consilium") && told.contains("--at"),
        "{told}"
    );
}

#[test]
fn a_folder_that_is_no_persons_gets_a_hint() {
    let (code, told) = fails(&["study", "list", "--as", "nobody"]);
    assert_eq!(code, Some(1));
    assert!(
        told.contains("nobody/coordinator.json") && told.contains("person enrol"),
        "{told}"
    );
}

#[test]
fn two_doors_at_once_are_a_misuse() {
    let (code, _) = fails(&["study", "list", "--as", "li", "--at", "a.sock"]);
    assert_eq!(code, Some(2));
}

#[test]
fn an_approval_of_no_run_is_a_misuse() {
    let approve = ["study", "approve", "5f3a", "--key", "li.key.pem"];
    let (code, told) = fails(&[&approve[..], &["--runs", "0"]].concat());
    assert_eq!(code, Some(2));
    assert!(told.contains("--runs"), "{told}");
}

#[test]
fn a_study_is_named_by_hexadecimal_digits() {
    for name in ["", "study", "5g"] {
        let (code, told) = fails(&["study", "show", name]);
        assert_eq!(code, Some(2), "{told}");
    }
}

#[test]
fn a_daemon_without_configuration_says_where_a_sample_is() {
    for (daemon, sample) in [
        ("coordinator", "init --sample"),
        ("participant", "join --sample"),
    ] {
        let (code, told) = fails(&[daemon, "run", "--config", "none.toml"]);
        assert_eq!(code, Some(1));
        assert!(
            told.contains("none.toml") && told.contains(sample),
            "{told}"
        );
    }
}

#[test]
fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let config = "party = \"north\"\nstate = \"state\"\n";
    fs::write(folder.path().join("participant.toml"), config).unwrap();
    let args = ["doctor", "--config", "participant.toml", "--json"];
    let output = consilium(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    let findings: Vec<serde_json::Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(findings[0]["state"], "ok");
    let failed: Vec<_> = findings
        .iter()
        .filter(|finding| finding["state"] == "failed")
        .collect();
    assert!(!failed.is_empty());
    assert!(
        failed
            .iter()
            .all(|finding| !finding["remedy"].as_str().unwrap().is_empty())
    );
    assert!(
        failed[0]["remedy"]
            .as_str()
            .unwrap()
            .contains("participant join"),
        "{said}"
    );
}

#[test]
fn the_doctor_speaks_chinese_too() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.toml"), "party = 3\n").unwrap();
    let output = consilium(
        folder.path(),
        &["--lang", "zh", "doctor", "--config", "bad.toml"],
    );
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("失败  配置 bad.toml"), "{said}");
}
