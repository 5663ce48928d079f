//! Invitations from the operator's command line.

use std::path::Path;

use consilium_node::Shutdown;
use serde_json::Value;

use crate::{consilium, printed, renewal::behind};

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
    for (lang, said) in [("en", "was withdrawn at"), ("zh", "收回")] {
        let again = ["--lang", lang, "coordinator", "withdraw", "hospital-a"];
        let again = consilium(folder, &[&again[..], &AT].concat());
        let told = String::from_utf8(again.stderr).unwrap();
        assert_eq!(again.status.code(), Some(1));
        assert!(told.contains(said), "{told}");
    }
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
