//! The demo in which three institutions grow trees over what each knows of the same people.

use std::fs;

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
    for party in ["hospital", "public", "commercial"] {
        assert!(
            metric(&format!("auc_{party}")) < metric("auc_pooled"),
            "{party}"
        );
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
