//! What the guide says, done.

use std::{fmt::Write as _, fs, path::Path};

use crate::{consilium, printed};

const PLANS: &str = include_str!("../../../docs/guide/plans.md");
const VERTICAL: &str = include_str!("../../../docs/guide/vertical.md");
const HYBRID: &str = include_str!("../../../docs/guide/hybrid.md");
const SCHEMAS: &str = include_str!("../../../docs/guide/schemas.md");

fn first_block(page: &str) -> &str {
    let (_, block) = page.split_once("```toml\n").unwrap();
    block.split("```").next().unwrap()
}

fn discharges() -> String {
    let mut csv = "age,sex,stay_days,diagnosis_group,readmitted\n".to_owned();
    for row in 0..60 {
        let (age, stay) = (20 + row, row % 30);
        let group = ["cardiac", "other", "surgical"][row % 3];
        let (sex, readmitted) = (["f", "m"][row % 2], row / 7 % 2);
        writeln!(csv, "{age},{sex},{stay},{group},{readmitted}").unwrap();
    }
    csv
}

#[test]
fn a_draft_with_its_ranges_filled_in_leads_to_a_plan_that_checks() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("discharges.csv"), discharges()).unwrap();
    fs::write(path("plan.toml"), first_block(PLANS)).unwrap();
    let draft = ["data", "schema", "discharges.csv", "-o", "schema.toml"];
    printed(folder.path(), &draft);
    for (lang, words) in [("en", ["min and max", "hint:"]), ("zh", ["第 ", "提示："])] {
        let output = consilium(
            folder.path(),
            &["--lang", lang, "plan", "check", "plan.toml"],
        );
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
    }

    fs::write(path("schema.toml"), first_block(SCHEMAS)).unwrap();
    let check = ["data", "check", "discharges.csv", "--schema", "schema.toml"];
    printed(folder.path(), &check);
    let page = printed(folder.path(), &["plan", "check", "plan.toml"]);
    assert!(page.contains("Readmission within 30 days"), "{page}");
}

#[test]
fn plans_over_columns_of_several_institutions_tell_what_each_will_spend() {
    let folder = tempfile::tempdir().unwrap();
    let of_hospitals = ["commercial", "east", "insurer", "north", "west"];
    for (guide, parties) in [
        (VERTICAL, &["hospital", "insurer"][..]),
        (HYBRID, &of_hospitals),
    ] {
        spent_by(guide, parties, folder.path());
    }
}

/// Checks what the guide's two plans tell of costs.
fn spent_by(guide: &str, parties: &[&str], folder: &Path) {
    let blocks: Vec<&str> = guide.split("```toml\n").skip(1).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let plan = block.split("```").next().unwrap();
        fs::write(folder.join("plan.toml"), plan).unwrap();
        let page = printed(folder, &["plan", "check", "plan.toml"]);
        for party in parties {
            assert!(page.contains(&format!("- {party} sends ")), "{page}");
        }
        assert!(
            page.contains("on a network of 20 Mbit/s and 40 ms"),
            "{page}"
        );
        let json = printed(folder, &["plan", "check", "plan.toml", "--json"]);
        let line: serde_json::Value = serde_json::from_str(&json).unwrap();
        let told = line["parties"].as_array().unwrap().iter();
        let told: Vec<&str> = told.map(|it| it["party"].as_str().unwrap()).collect();
        assert_eq!(told, [&["coordinator"][..], parties].concat(), "{line}");
    }
}

#[test]
fn a_plan_names_another_by_its_file_or_its_hash_and_none_that_names_itself() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/admission");
    for file in ["align", "train", "hospital", "public", "commercial"] {
        let file = format!("{file}.toml");
        fs::copy(format!("{example}/{file}"), here.join(file)).unwrap();
    }
    let hash = |plan: &str| {
        let json = printed(here, &["plan", "check", plan, "--json"]);
        let line: serde_json::Value = serde_json::from_str(&json).unwrap();
        line["plan"].as_str().unwrap().to_owned()
    };
    let by_file = fs::read_to_string(here.join("train.toml")).unwrap();
    let by_hash = by_file.replace("align.toml\"", &format!("{}\"", hash("align.toml")));
    assert_ne!(by_hash, by_file);
    fs::write(here.join("by-hash.toml"), by_hash).unwrap();
    assert_eq!(hash("by-hash.toml"), hash("train.toml"));

    let of_itself = by_file.replace("align.toml\"", "train.toml\"");
    fs::write(here.join("train.toml"), of_itself).unwrap();
    let output = consilium(here, &["plan", "check", "train.toml"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("plans that name each other"), "{told}");
}

#[test]
fn a_plan_that_daemons_refuse_is_said_to_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/heart-disease");
    let plan = fs::read_to_string(format!("{example}/plan.toml")).unwrap();
    for file in ["schema.toml", "plan.toml"] {
        fs::copy(format!("{example}/{file}"), here.join(file)).unwrap();
    }
    let refused = |plan: &str| {
        let json = printed(here, &["plan", "check", plan, "--json"]);
        let line: serde_json::Value = serde_json::from_str(&json).unwrap();
        line["refused"].clone()
    };
    assert!(refused("plan.toml").is_null());

    let by_one = plan.replace(
        "[model]\n",
        "[model]\nmethod = \"surrogate\"\nlead = \"va\"\n",
    );
    assert_ne!(by_one, plan);
    fs::write(here.join("by-one.toml"), by_one).unwrap();
    let why = refused("by-one.toml");
    assert!(
        why.as_str().unwrap().contains("mode = \"simulated\""),
        "{why}"
    );
    let page = printed(here, &["plan", "check", "by-one.toml"]);
    assert!(page.contains("\nDaemons refuse this plan: "), "{page}");
}

/// Letters that stand in Chinese texts: names of files, keys and commands.
fn english_words(told: &str) -> Vec<&str> {
    let words = told.split(|c: char| !c.is_ascii_alphabetic());
    let english = ["the", "is", "no", "not", "a", "can", "of", "was", "such"];
    words.filter(|word| english.contains(word)).collect()
}

#[test]
fn common_mistakes_are_told_in_chinese() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    file("plan.toml", "title = 1\n");
    file("unknown.toml", "colour = \"red\"\n");
    file(
        "schema.toml",
        "[[column]]\nname = \"x\"\ntype = \"number\"\nmin = 2\nmax = 1\n",
    );
    file("table.csv", "x\n1\n");
    file("pass", "correct horse");
    file("wang.key.pem", "no key");
    file("wang.key.pem.pub", "no key");
    file("model.json", "{}");
    file("journal.jsonl", "{}");
    file("good.toml", first_block(PLANS));
    let trees = include_str!("../../../docs/guide/trees.md");
    let (before, after) = first_block(trees).split_once("bins = 64").unwrap();
    file("trees.toml", &format!("{before}bins = 300{after}"));
    for args in [
        &["plan", "check", "nowhere.toml"][..],
        &["plan", "check", "plan.toml"],
        &["plan", "check", "unknown.toml"],
        &["plan", "check", "trees.toml"],
        &["data", "check", "nowhere.csv"],
        &["data", "check", "table.csv", "--schema", "schema.toml"],
        &["data", "schema", "table.csv", "-o", "schema.toml"],
        &["explain", "NO-SUCH-CODE"],
        &["study", "list"],
        &["study", "list", "--at", "nowhere.sock"],
        &["study", "submit", "nowhere.toml"],
        &["study", "list", "--as", "nobody"],
        &["coordinator", "run", "--config", "nowhere.toml"],
        &["participant", "join", "--config", "nowhere.toml"],
        &["person", "show", "wang.key.pem.pub"],
        &["person", "new-key", "wang", "--passphrase-file", "nowhere"],
        &["person", "new-key", "wang", "--passphrase-file", "pass"],
        &["model", "show", "model.json"],
        &["audit", "verify", "nowhere.jsonl"],
        &["audit", "verify", "journal.jsonl"],
        &["doctor", "--config", "nowhere.toml"],
        &["doctor", "--as", "nobody"],
        &[
            "study",
            "list",
            "--as",
            "nobody",
            "--passphrase-file",
            "pass",
        ],
        &["local", "nowhere.toml", "--data", "north/x=table.csv"],
        &["local", "good.toml", "--data", "north/x=table.csv"],
        &["local", "good.toml", "--data", "nobody/x=table.csv"],
    ] {
        let output = consilium(folder.path(), &[&["--lang", "zh"], args].concat());
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{args:?}");
        let (_, said) = told
            .split_once("错误：")
            .unwrap_or_else(|| panic!("{args:?}: {told}"));
        assert_eq!(english_words(said), [""; 0], "{args:?}: {told}");
    }
}
