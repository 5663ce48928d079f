//! The demo in which three institutions grow trees over what each knows of the same people.

use std::{fs, path::Path};

use serde_json::Value;

use crate::printed;

#[test]
fn three_institutions_grow_trees_that_are_as_good_as_those_over_pooled_columns() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["demo", "vertical", "--json", "--out", "left"];
    let printed = printed(folder.path(), &args);
    let result: Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&result["demo"], &result["ok"]),
        (&"vertical".into(), &true.into())
    );
    // Counted in the tables by another program.
    assert_eq!(result["rows"], 7668);
    assert_eq!(result["iterations"], 30);
    let metric = |name: &str| result["metrics"][name].as_f64().unwrap();
    assert!(metric("auc_difference").abs() <= metric("auc_difference_bound"));
    assert!(metric("gain_missed").abs() <= metric("gain_missed_bound"));
    assert!(metric("loss_pooled") < metric("loss_none"));
    // Which rows are kept for testing differs from run to run.
    let most = metric("auc_pooled") + metric("auc_difference_bound");
    for party in ["hospital", "public", "commercial"] {
        let alone = metric(&format!("auc_{party}"));
        assert!(alone < most, "{party}: {alone}, {most}");
    }
    let studies = result["studies"].as_array().unwrap();
    let names: Vec<&Value> = studies.iter().map(|study| &study["name"]).collect();
    assert_eq!(names, ["align", "train", "predict"]);
    for study in studies {
        assert_eq!(study["parties"].as_array().unwrap().len(), 4);
    }
    let kept = fs::read(folder.path().join("left/result.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&kept).unwrap(), result);

    // Scores are the hospital's alone; every party has a part of the model that it can look at.
    let left = folder.path().join("left");
    let scores = fs::read_to_string(left.join("predict/hospital-scores.csv")).unwrap();
    assert_eq!(scores.lines().count(), 1 + 7668);
    assert!(!left.join("predict/public-scores.csv").exists());
    let show = |party: &str, more: &[&str]| {
        let part = format!("left/train/{party}-model.json");
        crate::printed(folder.path(), &[&["model", "show", &part], more].concat())
    };
    let shown = show("hospital", &[]);
    for said in [
        "that of the label holder: 30 trees",
        "all columns of public",
        "stays",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let shown = show("public", &["--json"]);
    assert_eq!(shown.lines().count(), 9, "{shown}");
    let predict = [
        "model",
        "predict",
        "left/train/public-model.json",
        "none.csv",
    ];
    let output = crate::consilium(folder.path(), &predict);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("one institution's part of a model"), "{told}");
}

#[test]
fn hospitals_with_one_schema_grow_trees_that_are_as_good_as_those_over_pooled_rows() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["demo", "vertical", "--hospitals", "--json", "--out", "left"];
    let printed = printed(folder.path(), &args);
    let result: Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&result["demo"], &result["ok"]),
        (&"vertical-hospitals".into(), &true.into())
    );
    assert_eq!(result["rows"], 7668);
    let metric = |name: &str| result["metrics"][name].as_f64().unwrap();
    assert!(metric("auc_difference").abs() <= metric("auc_difference_bound"));
    assert!(metric("gain_missed").abs() <= metric("gain_missed_bound"));
    assert!(metric("loss_pooled") < metric("loss_none"));
    let most = metric("auc_pooled") + metric("auc_difference_bound");
    for whose in ["hospitals", "public", "commercial"] {
        assert!(metric(&format!("auc_{whose}")) < most, "{whose}");
    }
    let studies = result["studies"].as_array().unwrap();
    let parties = studies
        .iter()
        .map(|of| of["parties"].as_array().unwrap().len());
    assert_eq!(parties.collect::<Vec<_>>(), [4, 4, 4, 6, 6]);
    assert_eq!(result["parties"].as_array().unwrap().len(), 6);
    let cpu = |of: &Value| -> f64 {
        let parties = of["parties"].as_array().unwrap().iter();
        parties.map(|party| party["cpu_s"].as_f64().unwrap()).sum()
    };
    let all: f64 = studies.iter().map(cpu).sum();
    assert!((cpu(&result) - all).abs() < 1e-6);
    costs_about_what_is_told(folder.path(), &studies[3]);
}

/// Checks that everybody sends about what `plan check` tells for as many rows as there are: columns have
/// more and fewer values than it takes for granted.
fn costs_about_what_is_told(folder: &Path, trained: &Value) {
    let plan = fs::read_to_string(folder.join("left/train/plan.toml")).unwrap();
    let exact = plan.replace("most_rows = 10000", "most_rows = 7668");
    assert_ne!(exact, plan);
    fs::write(folder.join("exact.toml"), exact).unwrap();
    let told = printed(folder, &["plan", "check", "exact.toml", "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let parties = trained["parties"].as_array().unwrap();
    for told in told["parties"].as_array().unwrap() {
        let party = parties.iter().find(|it| it["party"] == told["party"]);
        let sent = party.unwrap()["sent_bytes"].as_f64().unwrap();
        let told_bytes = told["wire_bytes"].as_f64().unwrap();
        let ratio = told_bytes / sent;
        assert!((0.5..3.5).contains(&ratio), "{sent}: {told}");
    }
}
