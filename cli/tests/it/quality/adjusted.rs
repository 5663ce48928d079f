//! Rules that a rule file has otherwise, all offending rows, and tables of codes.

use std::fs;

use super::{BROKEN, RULES, check, house, read, told};
use crate::{consilium, mapping::is_built, printed};

/// A table of codes, and rules of a pack of which one is switched off.
fn packed() -> String {
    RULES
        .replace("title = \"stays\"", "title = \"stays\"\npacks = [\"clinical\"]")
        .replace(
            "[[table]]",
            "[[source]]\nname = \"icd\"\npath = \"icd.csv\"\nformat = \"codes\"\n[[table]]",
        )
        .replace("key = [\"visit\"]", "role = \"encounter\"\nkey = [\"visit\"]\ncolumns = { id = \"visit\", started_on = \"admitted\", ended_on = \"discharged\", slip = \"visit\" }")
        .replace("[[rule]]\nid = \"whole\"", "[[rule]]\nid = \"whole\"\ntolerate = 0.5")
        + "[[adjust]]\nrule = \"clinical/encounter-start-before-end\"\nreason = \"days are <told> later\"\noff = true\n"
}

#[test]
fn what_a_house_has_otherwise_is_told_with_its_reason() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    fs::write(folder.path().join("rules.toml"), packed()).unwrap();
    let icd = |version: &str| {
        let head = format!("system = \"icd-10\"\nversion = {version:?}\nsource = \"x\"\n---\n");
        let text = head + "code,en,parent,status\nA00,Cholera,,active\n";
        fs::write(folder.path().join("icd.csv"), text).unwrap();
    };
    icd("2019");
    let first = check(&folder);
    let rule = |id: &str| {
        let mut rules = first["rules"].as_array().unwrap().iter();
        rules.find(|it| it["id"] == id).unwrap().clone()
    };
    let off = rule("clinical/encounter-start-before-end");
    assert_eq!(off["outcome"], "off");
    assert_eq!(off["adjusted"], "days are <told> later");
    assert!(
        off["certainty"].is_string() || off["source"].is_null(),
        "{off}"
    );
    assert_eq!(first["unused"][0], "stays.slip");
    assert_eq!(rule("whole")["failed"], 1);
    // What is tolerated is no issue; what is not is one.
    let issues = first["issues"].as_array().unwrap();
    assert!(issues.iter().any(|it| it["rule"] == "order"));
    assert!(issues.iter().all(|it| it["rule"] != "whole"));

    icd("2020");
    let second = check(&folder);
    assert_ne!(
        first["code_tables"][0]["hash"],
        second["code_tables"][0]["hash"]
    );
    assert_ne!(first["rules_hash"], second["rules_hash"]);
    for (lang, said) in [
        (
            "en",
            [
                "is switched off: days are",
                "accepts that 50.0 % fail",
                "used by no rule: stays.slip",
            ],
        ),
        (
            "zh",
            [
                "已停用：days are",
                "允许 50.0 % 未通过",
                "没有规则使用的名称：stays.slip",
            ],
        ),
    ] {
        let args = [
            "data",
            "quality",
            "rules.toml",
            "--out",
            "kept",
            "--lang",
            lang,
        ];
        let text = printed(folder.path(), &args);
        let page = read(&folder, "quality.html");
        for said in said {
            assert!(text.contains(said), "{text}");
            assert!(page.contains(said), "{said}");
        }
        assert!(!page.contains("<told>"));
    }
}

#[test]
fn all_rows_that_break_a_rule_go_into_the_file() {
    if !is_built() {
        return;
    }
    let folder = house(BROKEN);
    let mut rows = BROKEN.to_owned();
    // More than are fetched by one query.
    rows.extend((0..20_500).map(|row| format!("x{row},2020-02-01,2020-01-20\n")));
    fs::write(folder.path().join("stays.csv"), rows).unwrap();
    let args = ["data", "quality", "rules.toml", "--rows", "all"];
    let output = consilium(folder.path(), &args);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("--out"), "{}", told(&output));
    let text = printed(folder.path(), &[&args[..], &["--out", "kept"]].concat());
    assert_eq!(text.matches("order: stays.csv row").count(), 5, "{text}");
    let file = read(&folder, "offending.csv");
    let of_order = file.lines().filter(|it| it.starts_with("order,"));
    assert_eq!(of_order.count(), 20_501);
    assert!(file.contains("order,stays,stays.csv,20503,\"{\"\"visit\"\":\"\"x20499\"\"}\","));
    let too_many = consilium(
        folder.path(),
        &["data", "quality", "rules.toml", "--rows", "1001"],
    );
    assert_eq!(too_many.status.code(), Some(2));
}
