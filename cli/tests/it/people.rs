//! People's keys.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use consilium_base::{Secret, Seed};
use consilium_identity::{FederationId, Fingerprint, IdentityKey, Vouch, Voucher, WordList};
use serde_json::{Value, json};

use crate::{consilium, printed};

fn make(folder: &Path, passphrase: &str) -> std::process::Output {
    fs::write(folder.join("pass"), passphrase).unwrap();
    consilium(
        folder,
        &[
            "person",
            "new-key",
            "wang",
            "--passphrase-file",
            "pass",
            "--json",
        ],
    )
}

#[test]
fn a_key_lies_under_its_passphrase_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let output = make(folder.path(), "correct horse\n");
    assert!(output.status.success());
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    let file = folder.path().join("wang.key.pem");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let pem = fs::read_to_string(&file).unwrap();
    let passphrase = Secret::new("correct horse".to_owned());
    let key = IdentityKey::from_protected_pem(&pem, &passphrase).unwrap();
    let public = format!("{:02x?}", key.public().to_bytes()).replace(['[', ']', ',', ' '], "");
    assert_eq!(made["key"], public);

    let shown = printed(
        folder.path(),
        &["person", "show", "wang.key.pem.pub", "--json"],
    );
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        (&shown["name"], &shown["words"]),
        (&"wang".into(), &made["words"])
    );
    assert_eq!(shown["words"]["en"].as_str().unwrap().split(' ').count(), 6);
}

#[test]
fn an_existing_key_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wang.key.pem"), "precious").unwrap();
    let output = make(folder.path(), "correct horse");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("hint:"));
    assert_eq!(
        fs::read(folder.path().join("wang.key.pem")).unwrap(),
        b"precious"
    );
}

#[test]
fn a_key_that_is_not_there_is_named_with_how_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["--key", "gone.key.pem", "--passphrase-file", "pass"];
    fs::write(folder.path().join("b.json"), "{}").unwrap();
    let enrol = ["person", "enrol", "--name", "li", "--out", "li"];
    let output = consilium(folder.path(), &[&enrol[..], &args].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told.contains("gone.key.pem") && told.contains("person new-key"),
        "{told}"
    );
}

#[test]
fn a_short_passphrase_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output = make(folder.path(), "short");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("at least 8 characters")
    );
    assert!(!folder.path().join("wang.key.pem").exists());
}

#[test]
fn a_file_that_is_no_public_file_is_named_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["", "consilium-key-1 wang 00", "ssh-ed25519 AAAA wang"] {
        fs::write(folder.path().join("other.pub"), text).unwrap();
        let output = consilium(folder.path(), &["person", "show", "other.pub"]);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(
            told.contains("other.pub") && told.contains("hint:"),
            "{told}"
        );
    }
}

#[test]
fn an_invitation_that_is_none_gets_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    assert!(make(folder.path(), "correct horse").status.success());
    let args = [
        "person",
        "enrol",
        "--key",
        "wang.key.pem",
        "--passphrase-file",
        "pass",
        "--out",
        "wang",
    ];
    let output = consilium(folder.path(), &args);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("invite1-"), "{told}");
}

#[test]
fn an_authority_vouches_for_the_key_that_an_institution_shows() {
    let folder = tempfile::tempdir().unwrap();
    assert!(make(folder.path(), "correct horse").status.success());
    let institution = IdentityKey::from_seed(&Seed::from_bytes([3; 32])).public();
    let federation = FederationId([7; 32]);
    let status = json!({
        "party": "hospital-b",
        "key": institution.to_string(),
        "federation_id": federation.to_string(),
        "connected": true,
    });
    fs::write(folder.path().join("b.json"), status.to_string()).unwrap();
    let vouch = |institution| {
        let key = ["--key", "wang.key.pem", "--passphrase-file", "pass"];
        let args = ["person", "vouch", institution, "--yes", "--for", "30d"];
        consilium(folder.path(), &[&args[..], &key].concat())
    };
    let signed = vouch("b.json");
    let words = Fingerprint::of_key(&institution).words(WordList::English);
    let told = String::from_utf8(signed.stderr).unwrap();
    assert!(told.contains(&words), "{told}");
    let signed: Vouch = str::from_utf8(&signed.stdout).unwrap().parse().unwrap();
    let public = fs::read_to_string(folder.path().join("wang.key.pem.pub")).unwrap();
    let vouchers = [Voucher {
        name: "wang".to_owned(),
        key: public.split_whitespace().last().unwrap().parse().unwrap(),
    }];
    let now = signed
        .claim()
        .validity
        .until
        .before(Duration::from_hours(24));
    assert!(signed.check(&vouchers, &federation, now).is_ok());
    assert_eq!(signed.claim().key, institution);

    let refused = vouch("pass");
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("participant status --json"), "{told}");
}
