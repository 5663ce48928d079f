//! What goes wrong with rows lowers the score that must fall, and leaves the others where they are.
//! `cargo xtask slow trust-behaviour` measures it on five data sets.

use std::io::Read as _;

use super::*;

#[path = "../../examples/behaviour/rows.rs"]
mod rows;
#[path = "../../examples/behaviour/trial.rs"]
mod trial;

use rows::{Columns, Rows};
use trial::{Trial, icd9};

/// Text of a file of the examples, plain or gzip.
fn text(path: &str) -> String {
    let path = Path::new("../examples").join(path);
    let bytes = fs::read(&path).unwrap();
    if path.extension().is_none_or(|it| it != "gz") {
        return String::from_utf8(bytes).unwrap();
    }
    let mut text = String::new();
    let mut file = flate2::read::GzDecoder::new(&bytes[..]);
    file.read_to_string(&mut text).unwrap();
    text
}

fn heart() -> Trial {
    let names = ["cleveland", "hungarian", "switzerland", "va"];
    let files = names.map(|name| text(&format!("heart-disease/processed.{name}.data")));
    Trial::heart(&files.concat())
}

/// The first stays of the hospital.
fn stays() -> Trial {
    let rows = Rows::read(&text("features/hospital/stays.csv.gz"), None, &[]);
    let mut rows = rows.with("stay", |number| format!("住院{number}"));
    rows.cells.truncate(600);
    let map = text("features/gem.csv.gz");
    let (_, map) = map.split_once("---\n").unwrap();
    let map = Rows::read(map, None, &[]);
    let codes = icd9(map.cells.iter().map(|row| row[0].clone()));
    Trial {
        name: "stays",
        rules: include_str!("../../examples/behaviour/stays.toml"),
        files: vec![("stays.csv", rows)],
        codes: vec![("icd-9-cm.csv", codes)],
        columns: Columns {
            missing: &["record", "admitted", "days", "paid", "dx1"],
            codes: &["dx1"],
            dates: &["admitted"],
            units: &[("days", 24.0), ("paid", 100.0)],
            numbers: &["days", "paid"],
        },
    }
}

fn assert_behaves(trial: &Trial) {
    let program = program();
    for kind in trial.kinds() {
        let behaviour = trial.behaviour(&program, kind, &[0.0, 0.1, 0.3, 0.5]);
        let (name, kind) = (trial.name, kind.name());
        let (scores, others) = (&behaviour.scores, &behaviour.others);
        assert!(
            behaviour.is_right(),
            "{name}, {kind}: {scores:?}, others {others:?}"
        );
    }
}

fn assert_controls(trial: &Trial) {
    for (control, is_same) in trial.controls(&program()) {
        assert!(is_same, "{}: {control} changes the report", trial.name);
    }
}

#[test]
fn what_goes_wrong_with_hearts_lowers_the_score_that_must_fall() {
    assert_behaves(&heart());
}

#[test]
fn what_goes_wrong_with_stays_lowers_the_score_that_must_fall() {
    assert_behaves(&stays());
}

#[test]
fn order_names_format_and_encoding_change_nothing() {
    assert_controls(&heart());
    assert_controls(&stays());
}
