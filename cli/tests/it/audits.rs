//! Exported journals, verified without any daemon.

use std::fs;

use consilium_journal::{Chain, Entry, Head, Kind, Record, UnixTime, export};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use serde_json::Value;

use crate::{consilium, printed};

fn records() -> Vec<Record> {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let mut chain = Chain::new("hospital-a");
    let kinds = [Kind::PLAN, Kind::APPROVAL, Kind::RUN, Kind::OPENING];
    let entry = |(at, kind)| Entry::new(UnixTime(at), kind).with("steward", "wang");
    (1_700_000_000..)
        .zip(kinds)
        .map(entry)
        .map(|entry| chain.append(entry, &mut rng))
        .collect()
}

#[test]
fn a_sound_journal_says_how_far_others_have_witnessed_it() {
    let folder = tempfile::tempdir().unwrap();
    let records = records();
    fs::write(
        folder.path().join("a.jsonl"),
        export("hospital-a", &records),
    )
    .unwrap();
    let noted = records[1].head().to_string();
    let said = printed(
        folder.path(),
        &["audit", "verify", "a.jsonl", "--head", &noted],
    );
    assert!(
        said.contains("4 entries, sound; 2 witnessed, 2 not yet witnessed"),
        "{said}"
    );
    let line = printed(folder.path(), &["audit", "verify", "a.jsonl", "--json"]);
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&line["ok"], &line["witnessed"]), (&true.into(), &0.into()));
    assert_eq!(line["head"], records[3].head().to_string());
}

#[test]
fn a_changed_entry_is_named_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let text = export("hospital-a", &records());
    fs::write(folder.path().join("a.jsonl"), &text).unwrap();
    fs::write(
        folder.path().join("forged.jsonl"),
        text.replacen("wang", "zhao", 1),
    )
    .unwrap();
    let output = consilium(
        folder.path(),
        &["audit", "verify", "a.jsonl", "forged.jsonl"],
    );
    let (said, told) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("a.jsonl: journal of hospital-a: 4 entries, sound"),
        "{said}"
    );
    assert!(said.contains("entry 1 (line 2) was changed"), "{said}");
    assert!(told.contains("1 of 2 journals"), "{told}");
}

#[test]
fn a_head_that_others_hold_exposes_a_rewritten_journal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("a.jsonl"),
        export("hospital-a", &records()),
    )
    .unwrap();
    let other = Head {
        seq: 2,
        hash: [9; 32],
    }
    .to_string();
    let args = [
        "--lang", "zh", "audit", "verify", "a.jsonl", "--head", &other,
    ];
    let output = consilium(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("第 0 条之后至第 2 条与见证的链头不符"),
        "{said}"
    );
}

#[test]
fn a_head_that_is_none_is_a_misuse() {
    let folder = tempfile::tempdir().unwrap();
    let output = consilium(
        folder.path(),
        &["audit", "verify", "a.jsonl", "--head", "12:5f"],
    );
    assert_eq!(output.status.code(), Some(2));
}
