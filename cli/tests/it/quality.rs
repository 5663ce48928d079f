//! `consilium data quality` and `consilium data issues`, over the real program that runs queries.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Output,
    thread,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{consilium, mapping::is_built, printed};

mod adjusted;
mod folders;

const RULES: &str = r#"title = "stays"
as_of = "2020-03-31"
[[source]]
name = "stays"
path = "stays.csv"
[[table]]
name = "stays"
source = "stays"
key = ["visit"]
types = { admitted = "date", discharged = "date" }
[[rule]]
id = "order"
table = "stays"
heading = "consistency"
severity = "critical"
name = { en = "nobody leaves before coming", zh = "出院不早于入院" }
holds = "admitted <= discharged"
[[rule]]
id = "whole"
table = "stays"
heading = "completeness"
name = { en = "stays are filled in", zh = "住院记录完整" }
complete = ["admitted", "discharged"]
"#;
const BROKEN: &str = "visit,admitted,discharged\nv1,2020-01-01,2020-01-02\n\
    canary7,2020-02-01,2020-01-20\nv3,2020-03-01,\n";
const WHOLE: &str = "visit,admitted,discharged\nv1,2020-01-01,2020-01-02\n\
    canary7,2020-01-20,2020-02-01\nv3,2020-03-01,2020-03-01\n";

fn house(rows: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rules.toml"), RULES).unwrap();
    fs::write(folder.path().join("stays.csv"), rows).unwrap();
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join("kept").join(name)).unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Checks, keeps the report, and gives its line.
fn check(folder: &TempDir) -> Value {
    let args = ["data", "quality", "rules.toml", "--out", "kept", "--json"];
    serde_json::from_str(&printed(folder.path(), &args)).unwrap()
}

fn issues(folder: &TempDir, args: &[&str]) -> Output {
    let args = [&["data", "issues"], args].concat();
    consilium(folder.path(), &args)
}

/// The issues that are listed, each with its state.
fn listed(folder: &TempDir, more: &[&str]) -> Vec<(String, String)> {
    let output = issues(folder, &[&["list", "kept", "--json"], more].concat());
    assert!(output.status.success(), "{}", told(&output));
    let lines = String::from_utf8(output.stdout).unwrap();
    let issue = |line: &str| {
        let issue: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| issue[key].as_str().unwrap().to_owned();
        (text("rule"), text("state"))
    };
    lines.lines().map(issue).collect()
}

fn pairs(them: &[(String, String)]) -> Vec<(&str, &str)> {
    them.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()
}

#[test]
fn a_report_is_left_for_its_owner_alone_and_holds_no_cell_but_in_the_list_of_rows() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    let found = check(&folder);
    assert_eq!(found["for"], "owner");
    let rule = |id: &str| {
        let mut rules = found["rules"].as_array().unwrap().iter();
        let rule = rules.find(|it| it["id"] == id).unwrap();
        (rule["checked"].as_u64(), rule["failed"].as_u64())
    };
    assert_eq!(rule("order"), (Some(2), Some(1)));
    assert_eq!(rule("whole"), (Some(6), Some(1)));
    let kept: Value = serde_json::from_str(&read(&folder, "quality.json")).unwrap();
    assert_eq!(kept, found);

    let page = read(&folder, "quality.html");
    assert!(page.contains("<svg") && page.ends_with("</html>\n"));
    let rows = read(&folder, "offending.csv");
    assert!(
        rows.contains("order,stays,stays.csv,2,\"{\"\"visit\"\":\"\"canary7\"\"}\","),
        "{rows}"
    );
    for name in [
        "quality.json",
        "quality.html",
        "issues.jsonl",
        "scores.jsonl",
    ] {
        assert!(!read(&folder, name).contains("canary7"), "{name}");
    }
    for file in fs::read_dir(folder.path().join("kept")).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file:?}");
    }
    // Without --out nothing is left; without rows nobody is shown.
    let args = ["data", "quality", "rules.toml", "--rows", "0"];
    let said = printed(folder.path(), &args);
    assert!(said.contains("nobody leaves before coming") && !said.contains("canary7"));
    let said = printed(folder.path(), &args[..3]);
    assert!(said.contains("stays.csv row 2 (visit=canary7)"), "{said}");
}

#[test]
fn both_languages_tell_the_same() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    for (lang, words) in [
        (
            "en",
            ["consistency", "nobody leaves", "critical", "Headings"],
        ),
        ("zh", ["一致性", "出院不早于入院", "严重", "各质量维度"]),
    ] {
        let args = [
            "--lang",
            lang,
            "data",
            "quality",
            "rules.toml",
            "--out",
            "kept",
        ];
        let said = printed(folder.path(), &args);
        let page = read(&folder, "quality.html");
        for text in [&said, &page] {
            assert!(words[..3].iter().all(|it| text.contains(it)), "{text}");
            assert!(!text.contains("NaN"));
        }
        assert!(page.contains(words[3]));
    }
    // Two checks make a trend.
    assert!(read(&folder, "quality.html").contains("fig-trend"));
    assert_eq!(read(&folder, "scores.jsonl").lines().count(), 2);
}

#[test]
fn an_issue_goes_from_found_to_closed_and_back() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    let rows = |text: &str| fs::write(folder.path().join("stays.csv"), text).unwrap();
    let by = |word: &str, id: &str, more: &[&str]| {
        issues(
            &folder,
            &[&[word, "kept", id, "--by", "Wang"], more].concat(),
        )
    };
    assert_eq!(check(&folder)["issues"].as_array().unwrap().len(), 2);
    assert_eq!(
        pairs(&listed(&folder, &[])),
        [("order", "found"), ("whole", "found")]
    );
    assert!(
        by("notify", "order", &["--note", "ward 3"])
            .status
            .success()
    );
    assert!(by("repaired", "order", &[]).status.success());
    let without = by("accept", "whole", &[]);
    assert_eq!(without.status.code(), Some(2), "{}", told(&without));
    let note = ["--note", "still in the ward"];
    assert!(by("accept", "whole", &note).status.success());
    assert_eq!(pairs(&listed(&folder, &[])), [("order", "repaired")]);

    // They were not repaired after all; then they are.
    check(&folder);
    assert_eq!(pairs(&listed(&folder, &[])), [("order", "reopened")]);
    rows(WHOLE);
    check(&folder);
    assert_eq!(listed(&folder, &[]), []);
    assert_eq!(
        pairs(&listed(&folder, &["--all"])),
        [("order", "closed"), ("whole", "closed")]
    );
    let again = by("repaired", "order", &[]);
    assert_eq!(again.status.code(), Some(1));
    assert!(told(&again).contains("it can't become"), "{}", told(&again));
    let unknown = by("notify", "nobody", &[]);
    assert!(told(&unknown).contains("no issue of a rule \"nobody\""));
    rows(BROKEN);
    check(&folder);
    assert_eq!(
        pairs(&listed(&folder, &[])),
        [("order", "reopened"), ("whole", "reopened")]
    );
    let list = issues(&folder, &["list", "kept"]);
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.contains("nobody leaves before coming") && list.contains("critical"));
}

#[test]
fn an_issue_is_the_same_line_whether_it_is_listed_or_advanced() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    check(&folder);
    let said = [
        "notify", "kept", "order", "--by", "Wang", "--note", "told", "--json",
    ];
    let said = issues(&folder, &said);
    let listed = issues(&folder, &["list", "kept", "--json"]);
    let of_order = String::from_utf8(listed.stdout).unwrap();
    let of_order = of_order
        .lines()
        .find(|it| it.contains("\"order\""))
        .unwrap();
    assert_eq!(String::from_utf8(said.stdout).unwrap().trim_end(), of_order);
    let line: Value = serde_json::from_str(of_order).unwrap();
    assert_eq!(
        (&line["open"], &line["state"]),
        (&true.into(), &"notified".into())
    );
    for key in ["time", "found", "since"] {
        let time = line[key].as_str().unwrap();
        assert!(
            time.starts_with("20") && time.ends_with('Z'),
            "{key}: {time}"
        );
    }
}

#[test]
fn what_people_say_at_once_is_all_kept_and_a_broken_line_is_mended() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    check(&folder);
    let path = folder.path().join("kept/issues.jsonl");
    let mut text = fs::read_to_string(&path).unwrap();
    let before = text.lines().count();
    text.push_str("{\"time\":17");
    fs::write(&path, text).unwrap();
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let note = ["notify", "kept", "order", "--by", "Wang", "--note", "told"];
                assert!(issues(&folder, &note).status.success());
            });
        }
    });
    assert_eq!(read(&folder, "issues.jsonl").lines().count(), before + 6);
    assert_eq!(
        pairs(&listed(&folder, &[])),
        [("order", "notified"), ("whole", "found")]
    );
}

#[test]
fn broken_rules_are_named_by_line_and_what_was_kept_stays() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    check(&folder);
    let kept = |folder: &Path| -> Vec<(PathBuf, Vec<u8>)> {
        let files = fs::read_dir(folder.join("kept")).unwrap();
        let mut files: Vec<PathBuf> = files.map(|it| it.unwrap().path()).collect();
        files.sort();
        let read = |path: PathBuf| (path.clone(), fs::read(path).unwrap());
        files.into_iter().map(read).collect()
    };
    let before = kept(folder.path());
    for (wrong, en, zh) in [
        (
            RULES.replace(
                "table = \"stays\"\nheading = \"cons",
                "table = \"stay\"\nheading = \"cons",
            ),
            "line 13, column 9: rule \"order\": there is no table \"stay\"; there are stays",
            "第 13 行第 9 列：规则 \"order\"：没有表 \"stay\"；现有 stays",
        ),
        (
            RULES.replace("admitted <= discharged", "admitted <= gone"),
            "rule \"order\"",
            "规则 \"order\"",
        ),
        (
            RULES.replace("weight", "").replace("holds =", "hold ="),
            "line 17",
            "第 17 行",
        ),
    ] {
        fs::write(folder.path().join("rules.toml"), wrong).unwrap();
        for (lang, words) in [("en", en), ("zh", zh)] {
            let args = [
                "--lang",
                lang,
                "data",
                "quality",
                "rules.toml",
                "--out",
                "kept",
            ];
            let output = consilium(folder.path(), &args);
            assert_eq!(output.status.code(), Some(1));
            let said = told(&output);
            assert!(
                said.contains(words) && said.contains("rules.toml"),
                "{said}"
            );
        }
    }
    assert_eq!(kept(folder.path()), before);
}

#[test]
fn a_total_that_is_missed_fails_and_so_does_a_rule_that_could_not_be_run() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    let least = |score: &str| {
        let args = [
            "data",
            "quality",
            "rules.toml",
            "--out",
            "kept",
            "--min-score",
            score,
        ];
        consilium(folder.path(), &args)
    };
    assert!(least("10").status.success());
    let missed = least("99");
    assert_eq!(missed.status.code(), Some(1));
    assert!(told(&missed).contains("below 99"), "{}", told(&missed));
    // The report is there all the same.
    assert_eq!(read(&folder, "scores.jsonl").lines().count(), 2);
    assert_eq!(least("101").status.code(), Some(2));
    fs::remove_file(folder.path().join("stays.csv")).unwrap();
    let absent = least("10");
    assert_eq!(absent.status.code(), Some(1));
    assert!(
        told(&absent).contains("could not be run"),
        "{}",
        told(&absent)
    );
    // What could not be run closes nothing.
    let states = listed(&folder, &[]);
    assert!(
        states.contains(&("order".to_owned(), "found".to_owned())),
        "{states:?}"
    );
}

#[test]
fn an_accepted_issue_is_on_the_page_and_covers_no_more_rows_than_were_accepted() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    check(&folder);
    let word = [
        "accept",
        "kept",
        "order",
        "--by",
        "Wang",
        "--note",
        "told us so",
    ];
    assert!(issues(&folder, &word).status.success());
    check(&folder);
    let page = read(&folder, "quality.html");
    assert!(page.contains("told us so") && page.contains("Issues as of"));
    assert_eq!(pairs(&listed(&folder, &[])), [("whole", "found")]);
    let more = BROKEN.to_owned() + "v4,2020-03-02,2020-03-01\n";
    fs::write(folder.path().join("stays.csv"), more).unwrap();
    check(&folder);
    assert_eq!(
        pairs(&listed(&folder, &[])),
        [("order", "reopened"), ("whole", "found")]
    );
}

#[test]
fn the_examples_are_held_against_their_rules() {
    if !is_built() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quality");
    let found = |name: &str| -> Value {
        let path = examples.join(name);
        let args = ["data", "quality", path.to_str().unwrap(), "--json"];
        serde_json::from_str(&printed(folder.path(), &args)).unwrap()
    };
    let counts = |found: &Value, id: &str| {
        let rules = found["rules"].as_array().unwrap();
        let rule = rules.iter().find(|it| it["id"] == id).unwrap();
        assert_eq!(rule["outcome"], "applied", "{rule}");
        (
            rule["checked"].as_u64().unwrap(),
            rule["failed"].as_u64().unwrap(),
        )
    };
    let heart = found("heart-va.rules.toml");
    assert_eq!(counts(&heart, "cholesterol-measured"), (193, 49));
    assert_eq!(counts(&heart, "cholesterol-shape"), (144, 0));
    assert_eq!(counts(&heart, "once"), (200, 1));
    let insurer = found("insurer.rules.toml");
    assert_eq!(counts(&insurer, "person-once"), (4841, 0));
    assert_eq!(counts(&insurer, "stay-order"), (2899, 0));
}
