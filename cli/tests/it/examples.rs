//! The examples, run by the commands that their pages show.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use serde_json::Value;

use crate::printed;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const BY_CARGO: &str = "cargo run --release --";

/// The hospitals of examples/hospitals, and how many of their patients both insurers know.
const HOSPITALS: [(&str, u32); 3] = [("north", 2556), ("south", 2557), ("west", 2555)];

/// The commands of a page's block, counted from 0.
fn commands(page: &str, place: usize) -> String {
    let text = fs::read_to_string(Path::new(ROOT).join(page)).unwrap();
    let block = text.split("```sh\n").nth(1 + place).unwrap();
    block.split("```").next().unwrap().trim_end().to_owned()
}

/// Runs an example's commands where nothing but `examples` lies; gives the result.
fn run(folder: &Path, page: &str, place: usize) -> Value {
    let mut results = run_all(folder, page, place);
    assert_eq!(results.len(), 1);
    results.remove(0)
}

/// The same for several studies, a result each.
fn run_all(folder: &Path, page: &str, place: usize) -> Vec<Value> {
    let typed = commands(page, place);
    assert!(typed.contains(BY_CARGO), "{typed}");
    symlink(Path::new(ROOT).join("examples"), folder.join("examples")).unwrap();
    let typed = typed.replace(BY_CARGO, &format!("'{}'", env!("CARGO_BIN_EXE_consilium")));
    let output = Command::new("sh")
        .args(["-eu", "-c", &format!("{typed} --json")])
        .current_dir(folder)
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let read = |line| serde_json::from_str(line).unwrap();
    lines.lines().map(read).collect()
}

#[test]
fn the_four_hospitals_run_by_the_command_of_their_page() {
    let folder = tempfile::tempdir().unwrap();
    let result = run(folder.path(), "examples/heart-disease/README.md", 0);
    // What an independent implementation reaches on this split.
    let accuracy = result["metrics"]["accuracy"].as_f64().unwrap();
    assert_eq!(format!("{accuracy:.4}"), "0.7953");
    crate::costs::are_consistent(&result);
}

#[test]
fn the_four_hospitals_grow_trees_by_the_command_of_their_page() {
    let folder = tempfile::tempdir().unwrap();
    let result = run(folder.path(), "examples/heart-disease/README.md", 1);
    assert!(result["metrics"]["auc"].as_f64().unwrap() > 0.8, "{result}");
    crate::costs::are_consistent(&result);
}

#[test]
fn the_front_page_shows_the_hospitals_command_too() {
    let shown = commands("examples/heart-disease/README.md", 0);
    for page in ["README.md", "README.zh-CN.md"] {
        let text = fs::read_to_string(Path::new(ROOT).join(page)).unwrap();
        assert!(text.contains(&shown), "{page}");
    }
}

#[test]
fn three_institutions_align_their_rows_by_the_command_of_their_page() {
    let folder = tempfile::tempdir().unwrap();
    let result = run(folder.path(), "examples/medicare/README.md", 0);
    for party in ["hospital", "public", "commercial"] {
        assert_eq!(result["sets"][party]["common"]["exact"], 1642, "{party}");
    }
}

#[test]
fn trees_over_columns_of_three_institutions_grow_by_the_command_of_their_page() {
    let folder = tempfile::tempdir().unwrap();
    let results = run_all(folder.path(), "examples/admission/README.md", 0);
    let [aligned, grown, predicted] = &results[..] else {
        panic!("there are three studies");
    };
    for party in ["hospital", "public", "commercial"] {
        assert_eq!(aligned["sets"][party]["common"]["exact"], 7668, "{party}");
    }
    let kinds = results
        .iter()
        .map(|result| result["kind"].as_str().unwrap());
    let kinds: Vec<&str> = kinds.collect();
    assert_eq!(
        kinds,
        ["align", "train-vertical-gbdt", "predict-vertical-gbdt"]
    );
    assert_eq!(grown["iterations"], 30);
    assert!(grown["loss"].as_f64().unwrap() < 0.35, "{grown}");
    assert!(grown["metrics"]["auc"].as_f64().unwrap() > 0.6, "{grown}");
    crate::costs::are_consistent(grown);
    assert_eq!(predicted["scored_rows"], 7668);
    for none in ["iterations", "loss", "fitted_rows"] {
        assert!(predicted.get(none).is_none(), "{predicted}");
    }
    let left = folder.path().join("consilium-local/result");
    for study in ["align", "train", "predict"] {
        assert!(left.join(study).join("plan.toml").is_file(), "{study}");
    }
}

#[test]
fn columns_of_insurers_are_held_against_admissions_by_the_command_of_their_page() {
    let folder = tempfile::tempdir().unwrap();
    let results = run_all(folder.path(), "examples/admission/README.md", 1);
    let [_, weighed] = &results[..] else {
        panic!("there are two studies");
    };
    assert_eq!(weighed["kind"], "statistics-vertical");
    assert_eq!(weighed["rows"], 7668);
    let columns = weighed["weighed"].as_array().unwrap();
    assert_eq!(columns.len(), 6 + 9 + 6);
    for bin in columns
        .iter()
        .filter_map(|it| it["evidence"]["bins"].as_array())
        .flatten()
    {
        let rows = ["positives", "negatives"].map(|class| bin[class].as_u64().unwrap());
        assert!(rows.iter().all(|rows| *rows >= 20), "{bin}");
    }
    let paid = columns
        .iter()
        .find(|it| it["name"] == "paid_physicians")
        .unwrap();
    assert!(
        paid["evidence"]["information_value"].as_f64().unwrap() > 0.5,
        "{paid}"
    );
    crate::costs::are_consistent(weighed);
}

#[test]
fn three_hospitals_and_two_insurers_grow_trees_by_the_command_of_their_page() {
    let folder = tempfile::tempdir().unwrap();
    let results = run_all(folder.path(), "examples/hospitals/README.md", 0);
    let [aligned @ .., grown, predicted] = &results[..] else {
        panic!("there are several studies");
    };
    // Counted in the tables by another program.
    for (aligned, (hospital, people)) in aligned.iter().zip(HOSPITALS) {
        for party in [hospital, "public", "commercial"] {
            assert_eq!(aligned["sets"][party]["common"]["exact"], people, "{party}");
        }
    }
    assert_eq!(aligned.len(), HOSPITALS.len());
    assert_eq!(grown["kind"], "train-hybrid-gbdt");
    assert_eq!(grown["iterations"], 30);
    assert!(grown["metrics"]["auc"].as_f64().unwrap() > 0.6, "{grown}");
    crate::costs::are_consistent(grown);
    assert_eq!(predicted["scored_rows"], 7668);

    let result = folder.path().join("consilium-local/result");
    let scores = fs::read_to_string(result.join("predict/public-scores.csv")).unwrap();
    assert_eq!(scores.lines().count(), 1 + 7668);
    let part = |party: &str| fs::read(result.join(format!("train/{party}-model.json"))).unwrap();
    let rules =
        |party: &str| serde_json::from_slice::<Value>(&part(party)).unwrap()["part"].clone();
    for (hospital, _) in HOSPITALS {
        assert!(
            !result
                .join(format!("predict/{hospital}-scores.csv"))
                .exists()
        );
        assert_eq!(rules(hospital), rules("north"), "{hospital}");
    }
    assert_ne!(rules("north")["rules"], serde_json::json!([]));
    let shown = |party: &str| {
        let model = result.join(format!("train/{party}-model.json"));
        printed(folder.path(), &["model", "show", model.to_str().unwrap()])
    };
    for (party, said) in [
        ("public", "all columns of the hospitals: north, south, west"),
        ("west", "splits of the hospitals"),
        ("commercial", "that of a feature holder"),
    ] {
        let shown = shown(party);
        assert!(shown.contains(said), "{said}: {shown}");
    }
}

#[test]
fn a_plan_with_hospitals_is_checked_with_those_it_names_and_tells_what_each_party_will_spend() {
    for plan in ["train", "predict"] {
        let file = format!("{ROOT}/examples/hospitals/{plan}.toml");
        let line = printed(Path::new(ROOT), &["plan", "check", &file, "--json"]);
        let line: Value = serde_json::from_str(&line).unwrap();
        let parties = line["parties"].as_array().unwrap().iter();
        let parties: Vec<&str> = parties.map(|it| it["party"].as_str().unwrap()).collect();
        assert_eq!(
            parties,
            [
                "coordinator",
                "commercial",
                "north",
                "public",
                "south",
                "west"
            ],
            "{plan}"
        );
        for party in line["parties"].as_array().unwrap() {
            assert!(
                party["memory_bytes"].as_u64().unwrap() > 0,
                "{plan}: {party}"
            );
        }
    }
}

#[test]
fn doctor_visits_over_four_parts_are_those_of_statsmodels_over_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let result = run(folder.path(), "examples/rand-hie/README.md", 0);
    assert_eq!(result["contributors"].as_array().unwrap().len(), 4);
    let left = folder.path().join("consilium-local-visits");
    let model = fs::read(left.join("result/model.json")).unwrap();
    let model: Value = serde_json::from_slice(&model).unwrap();
    let vector = fs::read(Path::new(ROOT).join("models/glm/vectors/rand-hie.json")).unwrap();
    let vector: Value = serde_json::from_slice(&vector).unwrap();
    let estimates = model["fit"]["estimates"].as_array().unwrap();
    let expected = vector["poisson"]["coefficients"].as_array().unwrap();
    assert_eq!(estimates.len(), expected.len());
    for (estimate, expected) in estimates.iter().zip(expected) {
        let (got, expected) = (
            estimate["coefficient"].as_f64().unwrap(),
            expected.as_f64().unwrap(),
        );
        assert!((got / expected - 1.0).abs() < 1e-6, "{got} {expected}");
    }
}
