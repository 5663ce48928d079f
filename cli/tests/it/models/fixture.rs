//! A published model, and patients to score.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use consilium_glm::{Family, Table, local};
use consilium_plan::{Learner, Missing, Plan, Task};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use serde_json::json;

const ROWS: usize = 300;

/// A plan over a number, a category and a yes-no column.
fn plan(family: Family, missing: Missing) -> Plan {
    let (label, bounds) = match family {
        Family::Logistic => (
            "{ column = \"outcome\", positive_above = 1.0 }",
            (-20.0, 20.0),
        ),
        Family::Gaussian => ("{ column = \"outcome\" }", (-20.0, 20.0)),
        Family::Poisson | Family::Gamma => ("{ column = \"outcome\" }", (0.0, 200.0)),
    };
    let (low, high) = bounds;
    let kind = if family == Family::Poisson {
        "integer"
    } else {
        "number"
    };
    let text = format!(
        r#"
title = "Test"
purpose = "testing"
kind = "train-glm"
features = ["age", "ward", "smoker"]
label = {label}
model = {{ family = "{}", penalty = 0.5, missing = "{}" }}
party = [
    {{ name = "a", data = "t" }}, {{ name = "b", data = "t" }}, {{ name = "c", data = "t" }},
]

[[column]]
name = "age"
type = "number"
min = 0
max = 120

[[column]]
name = "ward"
type = "category"
levels = ["general", "surgical", "other, \"mixed\""]

[[column]]
name = "smoker"
type = "boolean"

[[column]]
name = "outcome"
type = "{kind}"
min = {low:?}
max = {high:?}
"#,
        family.name(),
        missing.name(),
    );
    text.parse().unwrap()
}

/// One patient: NaN where a value is missing; the columns of the regression in their order.
fn patient(rng: &mut ChaCha20Rng, gaps: bool) -> [f64; 4] {
    let mut uniform = || f64::from(rng.next_u32()) / f64::from(u32::MAX);
    let ward = uniform() * 3.0;
    let mut row = [
        20.0 + 60.0 * uniform(),
        f64::from(u8::from((1.0..2.0).contains(&ward))),
        f64::from(u8::from(ward >= 2.0)),
        f64::from(u8::from(uniform() < 0.4)),
    ];
    if gaps && uniform() < 0.1 {
        row[0] = f64::NAN;
    }
    if gaps && uniform() < 0.1 {
        (row[1], row[2]) = (f64::NAN, f64::NAN);
    }
    if gaps && uniform() < 0.1 {
        row[3] = f64::NAN;
    }
    row
}

fn label(family: Family, row: [f64; 4], noise: f64) -> f64 {
    let present = |value: f64| if value.is_nan() { 0.3 } else { value };
    let predictor = 0.02 * (present(row[0]) - 50.0) + 0.6 * present(row[1]) - 0.4 * present(row[3]);
    match family {
        Family::Gaussian => predictor + noise,
        Family::Logistic => f64::from(u8::from(predictor + 4.0 * (noise - 0.5) > 0.0)),
        Family::Poisson => (3.0 * predictor.exp() * (0.5 + noise)).round(),
        Family::Gamma => predictor.exp() * (0.2 + noise),
    }
}

/// Fits a model and writes it as a study's result has it, with a file of patients.
pub(super) fn published(
    folder: &Path,
    family: Family,
    missing: Missing,
) -> (PathBuf, Vec<[f64; 4]>) {
    let plan = plan(family, missing);
    let Task::Train(task) = plan.task() else {
        panic!("it is a fit");
    };
    let Learner::Glm(glm) = &task.learner else {
        panic!("it is a regression");
    };
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let rows: Vec<[f64; 4]> = (0..ROWS)
        .map(|_| patient(&mut rng, missing != Missing::Drop))
        .collect();
    let noise = || f64::from(rng.next_u32()) / f64::from(u32::MAX);
    let mut noise = noise;
    let labels: Vec<f64> = rows
        .iter()
        .map(|row| label(family, *row, noise()))
        .collect();
    let table = Table::new(&glm.regression, rows.concat(), labels).unwrap();
    let fit = local::fit(&glm.regression, &[&table]).unwrap();
    let model = json!({
        "format": 1,
        "kind": "glm",
        "about": { "title": plan.title() },
        "fit": fit.publish(),
        "plan": plan.to_string(),
    });
    let path = folder.join("model.json");
    fs::write(&path, model.to_string()).unwrap();
    fs::write(folder.join("patients.csv"), csv(&rows)).unwrap();
    (path, rows)
}

fn csv(rows: &[[f64; 4]]) -> String {
    let mut text = "smoker,ward,age\n".to_owned();
    for [age, surgical, other, smoker] in rows {
        let ward = match (surgical, other) {
            (s, _) if s.is_nan() => "",
            (1.0, _) => "surgical",
            (_, 1.0) => "\"other, \"\"mixed\"\"\"",
            _ => "general",
        };
        let cell = |value: f64| {
            if value.is_nan() {
                String::new()
            } else {
                value.to_string()
            }
        };
        writeln!(text, "{},{ward},{}", cell(*smoker), cell(*age)).unwrap();
    }
    text
}
