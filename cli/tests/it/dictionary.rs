//! A check of codes over two files, by the plan of the guide.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::printed;

/// Writes the guide's plan, a list, and stays that use codes.
fn write_study(folder: &Path) {
    let guide = include_str!("../../../docs/guide/codes.md");
    let plan = guide.split("```toml\n").nth(2).unwrap();
    let plan = plan.split("```").next().unwrap();
    fs::write(folder.join("plan.toml"), plan).unwrap();
    // As `sed '1,/^---$/d'` makes it of a map.
    let map = "kind = \"map\"\nsource = \"a test\"\n---\nsource,target\nI10,401.9\nE11.9,250.00\n";
    let (_, list) = map.split_once("\n---\n").unwrap();
    fs::write(folder.join("list.csv"), list).unwrap();
    let codes = [("I10", 30), ("E119", 12), ("J18.9", 25), ("Q87.4", 3)];
    let stays = codes.map(|(code, rows)| format!("7,{code}\n").repeat(rows));
    let stays = format!("ward,diagnosis\n{}", stays.concat());
    fs::write(folder.join("stays.csv"), stays).unwrap();
}

const LOCAL: [&str; 8] = [
    "local",
    "plan.toml",
    "--out",
    "left",
    "--data",
    "hospital/stays=stays.csv",
    "--data",
    "insurer/mapped=list.csv",
];

#[test]
fn missing_codes_are_a_line_for_programs_and_a_file() {
    let folder = tempfile::tempdir().unwrap();
    write_study(folder.path());
    let args = [&LOCAL[..], &["--json"]].concat();
    let line: Value = serde_json::from_str(&printed(folder.path(), &args)).unwrap();
    assert_eq!(
        (&line["kind"], &line["ok"]),
        (&json!("dictionary"), &json!(true))
    );
    let missing = &line["codes"]["insurer"]["told"]["hospital"]["missing"];
    assert_eq!(*missing, json!({ "J18.9": { "least": 20, "most": 49 } }));
    let listed = &line["codes"]["hospital"]["own"]["listed"];
    assert_eq!(*listed, json!({ "codes": 2, "rows": 42 }));
    let result = folder.path().join("left/result");
    let file = fs::read_to_string(result.join("insurer-missing-codes.csv")).unwrap();
    assert_eq!(
        file,
        "code,party,least_rows,most_rows\nJ18.9,hospital,20,49\n"
    );
    let report = fs::read_to_string(result.join("report.json")).unwrap();
    assert!(!report.contains("J18"));
}

#[test]
fn the_page_says_what_each_has_learnt_and_what_it_took() {
    let folder = tempfile::tempdir().unwrap();
    write_study(folder.path());
    let page = printed(folder.path(), &LOCAL);
    for said in [
        "J18.9",
        "20–49",
        "the list has 2 in 42 rows",
        "which has the list, learns",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("Q87"));
    for args in [
        &["plan", "check", "plan.toml"][..],
        &["study", "estimate", "plan.toml"],
    ] {
        let told = printed(folder.path(), args);
        assert!(
            told.contains("Diagnoses that the insurer can't map"),
            "{told}"
        );
    }
}
