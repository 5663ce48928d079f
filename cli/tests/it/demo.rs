//! The demo.

mod align;
mod features;
mod trust;
mod vertical;

use std::{fs, path::Path};

use serde_json::Value;

use crate::{consilium, printed};

fn demo(folder: &Path, more: &[&str]) -> Value {
    let args = [&["demo", "--simulated", "--json"], more].concat();
    serde_json::from_str(printed(folder, &args).lines().last().unwrap()).unwrap()
}

#[test]
fn four_daemons_and_a_coordinator_reach_the_same_over_real_connections() {
    let folder = tempfile::tempdir().unwrap();
    let line = printed(folder.path(), &["demo", "--json", "--out", "left"]);
    let real: Value = serde_json::from_str(line.lines().last().unwrap()).unwrap();
    let simulated = demo(folder.path(), &[]);
    assert_eq!(
        (&real["mode"], &real["ok"]),
        (&Value::from("processes"), &Value::from(true))
    );
    assert_eq!(real["iterations"], simulated["iterations"]);
    assert_eq!(real["sums"], simulated["sums"]);
    // Rounding is drawn from other secrets, so the last bits differ.
    for metric in ["accuracy", "auc", "log_loss"] {
        let values = [&real, &simulated].map(|run| run["metrics"][metric].as_f64().unwrap());
        assert!((values[0] - values[1]).abs() < 1e-9, "{metric}: {values:?}");
    }
    assert!(real["metrics"]["max_coefficient_error"].as_f64().unwrap() < 1e-6);
    crate::costs::are_consistent(&real);
    // The same frames in both worlds, but for what confirms the roster between the institutions.
    let bytes = [&real, &simulated].map(|run| run["bytes"].as_f64().unwrap());
    assert!((bytes[0] / bytes[1] - 1.0).abs() < 0.02, "{bytes:?}");
    assert!(simulated.get("wire_bytes").is_none());

    let own = folder.path().join("left/switzerland/state/results");
    let study = fs::read_dir(own).unwrap().next().unwrap().unwrap().path();
    let scores = fs::read_to_string(study.join("scores.csv")).unwrap();
    assert_eq!(scores.lines().count(), 1 + 16);
}

fn without_cpu(mut result: Value) -> Value {
    for party in result["parties"].as_array_mut().unwrap() {
        party.as_object_mut().unwrap().remove("cpu_s").unwrap();
    }
    result
}

#[test]
fn four_hospitals_reach_what_their_pooled_rows_would() {
    let folder = tempfile::tempdir().unwrap();
    let result = demo(folder.path(), &[]);
    let metric = |name: &str| result["metrics"][name].as_f64().unwrap();

    // Figures of an independent implementation on the same split: accuracy 0.7953, AUC 0.8812.
    assert_eq!(format!("{:.4}", metric("accuracy")), "0.7953");
    assert_eq!(format!("{:.4}", metric("auc_pooled")), "0.8812");
    assert!((metric("auc") - metric("auc_pooled")).abs() <= metric("auc_error_bound") + 1e-12);
    assert!(metric("max_coefficient_error") < 1e-6);
    assert!(result["iterations"].as_u64().unwrap() <= 10);
    assert_eq!(result["rows"], 486);
    assert_eq!(result["ok"], true);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let folder = tempfile::tempdir().unwrap();
    let first = without_cpu(demo(folder.path(), &["--seed", "5"]));
    assert_eq!(without_cpu(demo(folder.path(), &["--seed", "5"])), first);

    let slower = demo(folder.path(), &["--seed", "5", "--latency-ms", "200"]);
    assert!(slower["wall_s"].as_f64().unwrap() > 2.0 * first["wall_s"].as_f64().unwrap());
    assert_eq!(slower["metrics"], first["metrics"]);
}

#[test]
fn the_folder_holds_results_and_each_hospitals_own_scores() {
    let folder = tempfile::tempdir().unwrap();
    demo(folder.path(), &["--out", "left"]);
    let left = folder.path().join("left");
    let lines = |name: &str| fs::read_to_string(left.join(name)).unwrap().lines().count();
    assert_eq!(lines("coefficients.csv"), 1 + 14);
    for (hospital, rows) in [
        ("cleveland", 104),
        ("hungarian", 89),
        ("switzerland", 16),
        ("va", 45),
    ] {
        assert_eq!(lines(&format!("{hospital}/scores.csv")), 1 + rows);
    }
    let result: Value =
        serde_json::from_slice(&fs::read(left.join("result.json")).unwrap()).unwrap();
    assert_eq!(result["demo"], "heart-disease");
}

#[test]
fn the_tables_name_what_cant_be_fitted_alone_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let english = printed(folder.path(), &["demo", "--simulated"]);
    assert!(english.contains("–, one class only"), "{english}");
    assert!(english.contains("What the coordinator learnt"), "{english}");
    let chinese = printed(folder.path(), &["--lang", "zh", "demo", "--simulated"]);
    assert!(chinese.contains("–，仅有一类"), "{chinese}");
    assert!(chinese.contains("协调方得知"), "{chinese}");
}

#[test]
fn a_folder_that_cant_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("taken"), "").unwrap();
    let output = consilium(
        folder.path(),
        &["demo", "--simulated", "--out", "taken/inside"],
    );
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.starts_with("error: writing results to taken/inside"),
        "{told}"
    );
}
