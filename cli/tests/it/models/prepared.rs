//! A model whose columns are prepared: raw rows in, the same numbers as in training.

use std::{fmt::Write as _, fs, path::Path};

use consilium_data::{
    Reading,
    design::{Design, Features, MissingFeatures},
};
use consilium_glm::{Published, Table, local};
use consilium_plan::{Learner, Plan, Task};
use consilium_schema::Schema;
use serde_json::{Value, json};

use super::{exported, scores, scores_elsewhere};
use crate::printed;

const COLUMNS: &str = r#"
[[column]]
name = "age"
type = "number"
min = 0
max = 120

[[column]]
name = "cost"
type = "number"
min = 0
max = 100_000

[[column]]
name = "smoker"
type = "boolean"

[[column]]
name = "diagnosis"
type = "code"
"#;

const PLAN: &str = r#"
title = "Test"
purpose = "testing"
kind = "train-glm"
label = { column = "again" }
model = { family = "logistic", penalty = 0.5, missing = "mean" }
party = [
    { name = "a", data = "t" }, { name = "b", data = "t" }, { name = "c", data = "t" },
]

[[prepared]]
column = "age"
missing = 57.3
mark_missing = true
clip = [20.0, 90.0]
centre = 56.1
spread = 14.7

[[prepared]]
name = "log_cost"
column = "cost"
log = true
centre = 7.7
spread = 1.3

[[prepared]]
name = "cost_woe"
column = "cost"
cuts = [500.0, 4_000.0]
weights = [-0.7, 0.1, 0.9]
missing_weight = 0.3

[[prepared]]
column = "smoker"
missing = 0.31

[[prepared]]
column = "diagnosis"
levels = ["I20", "E11"]
missing = "other"

[[prepared]]
product = ["age", "diagnosis=E11"]

[[column]]
name = "again"
type = "boolean"
"#;

const CODES: [&str; 5] = ["I20", "E11", "J45", "C50", ""];

fn patients() -> String {
    let mut csv = "diagnosis,cost,smoker,age\n".to_owned();
    for row in 0..400_u32 {
        let mix = |by: u32| row.wrapping_mul(by) >> 7;
        let cell = |of: u32, value: String| {
            if mix(of).is_multiple_of(6) {
                String::new()
            } else {
                value
            }
        };
        let age = cell(48_271, (mix(69_621) % 1_200).to_string() + "e-1");
        let cost = cell(16_807, (mix(39_373) % 90_000).to_string() + ".75");
        let smoker = cell(40_692, (mix(40_014) % 2).to_string());
        let code = CODES[(mix(30_323) % 5) as usize];
        writeln!(csv, "{code},{cost},{smoker},{age}").unwrap();
    }
    csv
}

/// Fits over a file of patients as an institution reads it, and writes the model as a study's result has
/// it; gives it with its prepared rows.
fn published(folder: &Path) -> (Published, Design) {
    let plan: Plan = format!("{PLAN}{COLUMNS}").parse().unwrap();
    let Task::Train(task) = plan.task() else {
        panic!("it is a fit");
    };
    let Learner::Glm(glm) = &task.learner else {
        panic!("it is a regression");
    };
    let file = folder.join("patients.csv");
    fs::write(&file, patients()).unwrap();
    let schema = Schema::from_toml(COLUMNS).unwrap();
    let loaded = Reading::new(&schema).file(&file).unwrap();
    let names: Vec<&str> = task.features.iter().map(String::as_str).collect();
    let features = Features {
        names: &names,
        preparation: task.preparation.as_ref(),
    };
    let design = Design::new(&loaded.table, features, None, MissingFeatures::Keep).unwrap();
    let labels = (0..design.rows).map(|row| {
        let present = |value: f64| if value.is_nan() { 0.2 } else { value };
        let [age, log_cost] = [0, 2].map(|at| present(design.row(row)[at]));
        f64::from(age + log_cost + f64::from(u32::try_from(row % 7).unwrap()) * 0.3 > 0.9)
    });
    let table = Table::new(&glm.regression, design.x.clone(), labels.collect()).unwrap();
    let fit = local::fit(&glm.regression, &[&table]).unwrap().publish();
    let model = json!({
        "format": 1,
        "kind": "glm",
        "about": { "title": plan.title() },
        "fit": fit,
        "plan": plan.to_string(),
    });
    fs::write(folder.join("model.json"), model.to_string()).unwrap();
    (fit, design)
}

#[test]
fn raw_rows_are_scored_by_the_same_bits_as_prepared_ones_in_training() {
    let folder = tempfile::tempdir().unwrap();
    let (fit, design) = published(folder.path());
    assert!(design.x.iter().any(|value| value.is_nan()));
    let got = scores(folder.path(), &[]);
    assert_eq!(got.len(), design.rows);
    for (row, got) in got.iter().enumerate() {
        let own = fit.predict(design.row(row));
        assert_eq!(got.unwrap().to_bits(), own.to_bits(), "row {row}");
    }
}

#[test]
fn the_onnx_file_takes_raw_rows_and_gives_the_same_scores() {
    let folder = tempfile::tempdir().unwrap();
    published(folder.path());
    let ours = scores(folder.path(), &[]);
    let onnx = exported(folder.path(), "onnx");
    let inputs = ["age", "cost", "smoker", "diagnosis=I20", "diagnosis=E11"];
    let file = fs::read(&onnx).unwrap();
    let listed = inputs.join("\n");
    assert!(
        file.windows(listed.len())
            .any(|window| window == listed.as_bytes())
    );
    let rows = patients();
    let rows = rows.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |cell: &str| cell.parse().unwrap_or(f64::NAN);
        let level = |level: &str| match cells[0] {
            "" => f64::NAN,
            own => f64::from(u8::from(own == level)),
        };
        [
            number(cells[3]),
            number(cells[1]),
            number(cells[2]),
            level("I20"),
            level("E11"),
        ]
    });
    let theirs = scores_elsewhere(&onnx, rows.collect());
    assert_eq!(theirs.len(), ours.len());
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!((ours.unwrap() - theirs).abs() < 1e-9, "{ours:?} {theirs}");
    }
}

#[test]
fn a_model_shows_what_its_columns_are_made_of() {
    let folder = tempfile::tempdir().unwrap();
    published(folder.path());
    let page = printed(folder.path(), &["model", "show", "model.json"]);
    for said in [
        "age",
        "log_cost",
        "57.3",
        "diagnosis=other",
        "age×diagnosis=E11",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let file = fs::read(exported(folder.path(), "json")).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let text = file["preparation"].as_str().unwrap();
    assert!(
        text.contains("missing = 57.3") && text.contains("[[prepared]]"),
        "{text}"
    );
}
