//! Canonical features, and suggestions which column is which.

use std::fs;

use crate::{consilium, printed};

const STAYS: &str = "\
就诊ID,gend,adm_time,dscg_time,住院天数,weather
A1,1,2026-03-21 08:00:00,2026-03-28 10:00:00,7,wet
A2,2,2026-04-01 09:00:00,2026-04-03 09:30:00,2,dry
";

#[test]
fn features_are_listed_shown_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let list = printed(here, &["catalogue", "list", "--table", "fund", "--json"]);
    let ids: Vec<serde_json::Value> = list
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].clone())
        .collect();
    assert_eq!(ids, ["fund.amount", "fund.type"]);
    let shown = printed(here, &["--lang", "zh", "catalogue", "show", "patient.sex"]);
    assert!(
        shown.contains("性别") && shown.contains("准标识"),
        "{shown}"
    );

    let files = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../align/catalogue/catalogues/fees.toml"
    );
    let old = fs::read_to_string(files).unwrap();
    fs::write(here.join("old.toml"), &old).unwrap();
    let new = old
        .replacen("unit = \"d\"", "unit = \"wk\"", 1)
        .replace("2026.1", "2026.2");
    fs::write(here.join("new.toml"), new).unwrap();
    let difference = printed(here, &["catalogue", "diff", "old.toml", "new.toml"]);
    assert_eq!(
        difference,
        "fees 2026.1 → fees 2026.2\n! fee.days unit: d → wk\n"
    );
    let same = printed(here, &["catalogue", "diff", "old.toml", "old.toml"]);
    assert!(same.contains("the features are the same"), "{same}");
}

#[test]
fn what_is_no_catalogue_is_refused_with_its_place_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("own.toml"),
        "name = \"own\"\nversion = 1\n",
    )
    .unwrap();
    for (lang, said) in [
        ("en", "line 2, column 11: invalid type"),
        ("zh", "第 2 行第 11 列：类型不对"),
    ] {
        let output = consilium(
            folder.path(),
            &["--lang", lang, "catalogue", "check", "own.toml"],
        );
        assert_eq!(output.status.code(), Some(1));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn suggestions_become_a_draft_and_overwrite_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("stays.csv"), STAYS).unwrap();
    let suggest = ["data", "map", "suggest", "stays.csv"];
    let json = printed(here, &[&suggest[..], &["--json"]].concat());
    let line: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(line["rows_sampled"], 2);
    let first: Vec<&str> = line["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| {
            column["features"][0]["feature"]
                .as_str()
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(
        first,
        [
            "stay.visit_id",
            "patient.sex",
            "stay.admitted_on",
            "stay.discharged_on",
            "stay.days",
            ""
        ]
    );
    let draft = [&suggest[..], &["--out", "mapping.toml"]].concat();
    let said = printed(here, &draft);
    assert!(
        said.contains("stay.days") && !said.contains("wet"),
        "{said}"
    );
    let mapping = fs::read_to_string(here.join("mapping.toml")).unwrap();
    let mapping: toml::Table = mapping.parse().unwrap();
    assert_eq!(mapping["schema"].as_str(), Some("mapping.schema.toml"));
    assert_eq!(mapping["source"][0]["path"].as_str(), Some("stays.csv"));
    let sql = mapping["sql"].as_str().unwrap();
    assert!(
        sql.contains("\"住院天数\" AS \"stay.days\"") && sql.ends_with("FROM \"stays\"\n"),
        "{sql}"
    );
    let schema = fs::read_to_string(here.join("mapping.schema.toml")).unwrap();
    assert!(
        consilium_schema::Schema::from_toml(&schema).is_ok(),
        "{schema}"
    );
    let again = consilium(here, &draft);
    assert_eq!(again.status.code(), Some(1));
    let two = consilium(here, &[&draft[..], &["stays.csv"]].concat());
    assert_eq!(two.status.code(), Some(2));
}
