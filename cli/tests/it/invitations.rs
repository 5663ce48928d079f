//! Invitations from the operator's command line.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use consilium_node::Shutdown;
use serde_json::Value;

use crate::{
    consilium, printed,
    renewal::{behind, today},
};

const AT: [&str; 2] = ["--at", "state/operator.sock"];

fn invite(folder: &Path, name: &str, role: &str) {
    let invite = ["coordinator", "invite", name, "--role", role];
    printed(folder, &[&invite[..], &AT].concat());
}

/// Gives the names of open invitations out of lines of JSON.
fn names(lines: &str) -> Vec<String> {
    let name = |line| serde_json::from_str::<Value>(line).unwrap()["name"].clone();
    let names = lines.lines().map(name);
    let mut names: Vec<String> = names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

fn take_back(folder: &Path) {
    invite(folder, "hospital-a", "participant");
    invite(folder, "li", "operator");
    let list = ["coordinator", "invitations", "--json"];
    let open = printed(folder, &[&list[..], &AT].concat());
    assert_eq!(names(&open), ["hospital-a", "li"]);
    let table = ["--lang", "zh", "coordinator", "invitations"];
    assert!(printed(folder, &[&table[..], &AT].concat()).contains("参与方"));

    let withdraw = ["coordinator", "withdraw", "hospital-a", "--json"];
    let left = printed(folder, &[&withdraw[..], &AT].concat());
    assert_eq!(names(&left), ["li"]);
    let unknown = ["coordinator", "withdraw", "nobody"];
    let unknown = consilium(folder, &[&unknown[..], &AT].concat());
    let told = String::from_utf8(unknown.stderr).unwrap();
    assert!(
        told.contains("`consilium coordinator invitations`"),
        "{told}"
    );
    for (lang, said) in [("en", "was withdrawn at"), ("zh", "收回")] {
        let again = ["--lang", lang, "coordinator", "withdraw", "hospital-a"];
        let again = consilium(folder, &[&again[..], &AT].concat());
        let told = String::from_utf8(again.stderr).unwrap();
        assert_eq!(again.status.code(), Some(1));
        assert!(told.contains(said), "{told}");
    }
}

/// Joins with an invitation that is typed in; gives whether that went well, and what was told.
fn join(folder: &Path, invitation: &str) -> (bool, String) {
    let mut joining = Command::new(env!("CARGO_BIN_EXE_consilium"))
        .args(["participant", "join", "--config", "participant.toml"])
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = joining.stdin.take().unwrap();
    stdin.write_all(invitation.as_bytes()).unwrap();
    drop(stdin);
    let output = joining.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    (output.status.success(), told)
}

fn join_as_somebody_else(folder: &Path) {
    let invite = ["coordinator", "invite", "hospital-b"];
    let invitation = printed(folder, &[&invite[..], &AT].concat());
    let configure = |party: &str| {
        let text = format!("party = \"{party}\"\nstate = \"house\"\nadmin = \"127.0.0.1:0\"\n");
        fs::write(folder.join("participant.toml"), text).unwrap();
    };
    configure("hospital-a");
    let (joined, told) = join(folder, &invitation);
    assert!(
        !joined && told.contains("as party in participant.toml"),
        "{told}"
    );
    configure("hospital-b");
    let (joined, told) = join(folder, &invitation);
    assert!(joined, "{told}");
    fs::remove_dir_all(folder.join("house")).unwrap();
    let (joined, told) = join(folder, &invitation);
    assert!(!joined && told.contains("once, by one key"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_name_in_the_configuration_is_mended_without_another_invitation() {
    let folder = tempfile::tempdir().unwrap();
    let shutdown = Shutdown::default();
    let coordinator = today(folder.path(), shutdown.clone()).await;
    let path = folder.path().to_owned();
    let work = tokio::task::spawn_blocking(move || join_as_somebody_else(&path));
    work.await.unwrap();
    shutdown.request();
    coordinator.stopped().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn open_invitations_are_listed_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let shutdown = Shutdown::default();
    let coordinator = behind(folder.path(), shutdown.clone()).await;
    let path = folder.path().to_owned();
    let work = tokio::task::spawn_blocking(move || take_back(&path));
    work.await.unwrap();
    shutdown.request();
    coordinator.stopped().await.unwrap();
}
