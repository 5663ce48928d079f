//! Columns that are prepared at three houses, over real daemons.

use std::{fmt::Write as _, fs, path::Path};

use serde_json::Value;

use crate::{local::as_strs, printed};

const HOUSES: [(&str, u32); 3] = [("north", 7), ("south", 11), ("west", 13)];

const SCHEMA: &str = r#"
[[column]]
name = "age"
type = "integer"
min = 0
max = 120

[[column]]
name = "cost"
type = "number"
min = 0
max = 1000000

[[column]]
name = "code"
type = "code"

[[column]]
name = "visits"
type = "number"
min = -100
max = 100
"#;

const PREPARED: &str = r#"
[[prepared]]
column = "age"
missing = 50
mark_missing = true
clip = [30, 70]
centre = 50
spread = 10

[[prepared]]
column = "cost"
log = true

[[prepared]]
column = "code"
levels = ["I20", "I21", "I25"]
reference = "I25"

[[prepared]]
name = "woe"
column = "cost"
cuts = [100, 1000]
weights = [-0.5, 0.25, 0.75]

[[prepared]]
product = ["age", "code=I21"]
"#;

/// What the columns above become, with the ranges that follow.
const BY_HAND: &str = r#"
[[column]]
name = "age"
type = "number"
min = -2
max = 2

[[column]]
name = "gap"
type = "boolean"

[[column]]
name = "cost"
type = "number"
min = 0
max = 13.815511557963774

[[column]]
name = "i20"
type = "boolean"

[[column]]
name = "i21"
type = "boolean"

[[column]]
name = "others"
type = "boolean"

[[column]]
name = "woe"
type = "number"
min = -0.5
max = 0.75

[[column]]
name = "product"
type = "number"
min = -2
max = 2

[[column]]
name = "visits"
type = "number"
min = -100
max = 100
"#;

/// A row as the file has it.
struct Patient {
    age: Option<u32>,
    cost: u32,
    code: &'static str,
    visits: f64,
}

/// Rows of a house; only west has the code that nobody named.
fn patients(house: &str, seed: u32) -> Vec<Patient> {
    let of_row = |row: u32| {
        let age = Some(15 + (row * seed) % 71).filter(|_| !(row + seed).is_multiple_of(6));
        let codes = [
            "I20",
            "I21",
            "I25",
            if house == "west" { "Z99" } else { "I20" },
        ];
        let code = codes[((row / 2 + seed) % 4) as usize];
        let cost = (row * row * seed) % 5_000;
        let noise = f64::from((row * seed * 31) % 17) / 10.0;
        let visits = f64::from(age.unwrap_or(80)) / 20.0
            + f64::from(cost).ln_1p() / 3.0
            + if code == "I21" { 2.0 } else { 0.0 }
            + if code == "Z99" { -3.0 } else { 0.0 }
            + noise;
        Patient {
            age,
            cost,
            code,
            visits,
        }
    };
    (0..80).map(of_row).collect()
}

/// The features of a row, worked out here.
fn by_hand(patient: &Patient) -> [f64; 8] {
    let age = f64::from(patient.age.unwrap_or(50)).clamp(30.0, 70.0);
    let age = (age - 50.0) / 10.0;
    let flag = |is: bool| if is { 1.0 } else { 0.0 };
    let woe = match patient.cost {
        0..100 => -0.5,
        100..1_000 => 0.25,
        _ => 0.75,
    };
    let i21 = flag(patient.code == "I21");
    [
        age,
        flag(patient.age.is_none()),
        f64::from(patient.cost).ln_1p(),
        flag(patient.code == "I20"),
        i21,
        flag(patient.code == "Z99"),
        woe,
        age * i21,
    ]
}

/// Writes a plan over three files; gives what starts it.
fn write(folder: &Path, features: &str, schema: &str, learner: &str) -> Vec<String> {
    fs::create_dir_all(folder).unwrap();
    let mut plan = format!(
        "title = \"Visits, prepared\"\npurpose = \"a test\"\n{learner}\nschema = \"schema.toml\"\n{features}\n\
         label = {{ column = \"visits\" }}\n"
    );
    if learner.contains("glm") {
        plan += "[model]\nfamily = \"gaussian\"\n";
    } else {
        plan += "[trees]\nobjective = \"squared\"\ntrees = 6\nlearning_rate = 0.3\nbins = 32\n\
                 growth = { depth-wise = { depth = 3 } }\n";
    }
    for (house, _) in HOUSES {
        write!(plan, "[[party]]\nname = \"{house}\"\ndata = \"visits\"\n").unwrap();
    }
    fs::write(folder.join("plan.toml"), plan).unwrap();
    fs::write(folder.join("schema.toml"), schema).unwrap();
    fs::write(folder.join("prepared.toml"), PREPARED).unwrap();
    let mut args: Vec<String> = ["local", "plan.toml", "--json", "--out", "left"]
        .map(str::to_owned)
        .into();
    for (house, _) in HOUSES {
        args.extend(["--data".to_owned(), format!("{house}/visits={house}.csv")]);
    }
    args
}

fn write_raw(folder: &Path, learner: &str) -> Vec<String> {
    let args = write(folder, "prepare = \"prepared.toml\"", SCHEMA, learner);
    for (house, seed) in HOUSES {
        let mut rows = String::from("age,cost,code,visits\n");
        for it in patients(house, seed) {
            let age = it.age.map(|age| age.to_string()).unwrap_or_default();
            writeln!(rows, "{age},{},{},{}", it.cost, it.code, it.visits).unwrap();
        }
        fs::write(folder.join(format!("{house}.csv")), rows).unwrap();
    }
    args
}

fn write_by_hand(folder: &Path, learner: &str) -> Vec<String> {
    let features = "features = [\"age\", \"gap\", \"cost\", \"i20\", \"i21\", \"others\", \"woe\", \"product\"]";
    let args = write(folder, features, BY_HAND, learner);
    for (house, seed) in HOUSES {
        let mut rows = String::from("age,gap,cost,i20,i21,others,woe,product,visits\n");
        for it in patients(house, seed) {
            let cells = by_hand(&it).map(|cell| cell.to_string()).join(",");
            writeln!(rows, "{cells},{}", it.visits).unwrap();
        }
        fs::write(folder.join(format!("{house}.csv")), rows).unwrap();
    }
    args
}

fn run(folder: &Path, args: &[String]) -> Value {
    printed(folder, &as_strs(args));
    let model = fs::read(folder.join("left/result/model.json")).unwrap();
    serde_json::from_slice(&model).unwrap()
}

/// Least squares over all rows by the normal equations.
fn least_squares(rows: &[(Vec<f64>, f64)]) -> Vec<f64> {
    let width = rows[0].0.len();
    let mut system = vec![vec![0.0; width + 1]; width];
    for (x, y) in rows {
        for (i, line) in system.iter_mut().enumerate() {
            for (j, cell) in line.iter_mut().enumerate() {
                *cell += x[i] * x.get(j).unwrap_or(y);
            }
        }
    }
    for pivot in 0..width {
        let largest = |row: &usize| system[*row][pivot].abs();
        let best = (pivot..width).max_by(|a, b| largest(a).total_cmp(&largest(b)));
        system.swap(pivot, best.unwrap());
        let line = system[pivot].clone();
        for (place, other) in system.iter_mut().enumerate() {
            let factor = if place == pivot {
                0.0
            } else {
                other[pivot] / line[pivot]
            };
            for (cell, of_line) in other.iter_mut().zip(&line) {
                *cell -= factor * of_line;
            }
        }
    }
    (0..width)
        .map(|place| system[place][width] / system[place][place])
        .collect()
}

#[test]
fn a_regression_over_prepared_columns_is_that_of_the_pooled_rows_prepared_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let args = write_raw(folder.path(), "kind = \"train-glm\"");
    let model = run(folder.path(), &args);
    let estimates = model["fit"]["estimates"].as_array().unwrap();
    let names: Vec<&str> = estimates
        .iter()
        .skip(1)
        .filter_map(|it| it["name"].as_str())
        .collect();
    let wanted = [
        "age",
        "age?missing",
        "cost",
        "code=I20",
        "code=I21",
        "code=other",
        "woe",
        "age×code=I21",
    ];
    assert_eq!(names, wanted, "{}", model["fit"]["estimates"]);
    let mut pooled = Vec::new();
    for (house, seed) in HOUSES {
        pooled.extend(patients(house, seed).iter().map(|it| {
            let x: Vec<f64> = [1.0].into_iter().chain(by_hand(it)).collect();
            (x, it.visits)
        }));
    }
    for (found, wanted) in estimates.iter().zip(least_squares(&pooled)) {
        let found = found["coefficient"].as_f64().unwrap();
        assert!((found - wanted).abs() < 1e-6, "{found} for {wanted}");
    }

    // The model has what its columns are made of, so it takes rows as the files have them.
    assert!(model["plan"].as_str().unwrap().contains("[[prepared]]"));
    fs::write(
        folder.path().join("new.csv"),
        "age,cost,code\n,0,Z99\n90,250,I21\n",
    )
    .unwrap();
    let predict = [
        "model",
        "predict",
        "left/result/model.json",
        "new.csv",
        "--json",
    ];
    let told = printed(folder.path(), &predict);
    let scores = told.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["score"].as_f64().unwrap()
    });
    let new = [(None, 0, "Z99"), (Some(90), 250, "I21")];
    for (score, (age, cost, code)) in scores.zip(new) {
        let visits = 0.0;
        let x = by_hand(&Patient {
            age,
            cost,
            code,
            visits,
        });
        let by_coefficients: f64 = [1.0]
            .iter()
            .chain(&x)
            .zip(estimates)
            .map(|(x, of)| x * of["coefficient"].as_f64().unwrap())
            .sum();
        assert!(
            (score - by_coefficients).abs() < 1e-9,
            "{score} for {by_coefficients}"
        );
    }
}

#[test]
fn trees_over_prepared_columns_are_those_over_columns_prepared_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let (raw, hand) = (folder.path().join("raw"), folder.path().join("hand"));
    let kind = "kind = \"train-gbdt\"";
    let one = run(&raw, &write_raw(&raw, kind));
    let other = run(&hand, &write_by_hand(&hand, kind));
    let trees = |model: &Value| model["fit"]["model"]["trees"].clone();
    assert_eq!(trees(&one).as_array().map(Vec::len), Some(6), "{one}");
    assert_like(&trees(&one), &trees(&other));
}

/// Splits and counts are the same; gains and values but for the rounding of sums, which follows from
/// the study's own secrets.
fn assert_like(one: &Value, other: &Value) {
    match (one, other) {
        (Value::Array(some), Value::Array(others)) => {
            assert_eq!(some.len(), others.len());
            some.iter().zip(others).for_each(|(a, b)| assert_like(a, b));
        }
        (Value::Object(some), Value::Object(others)) => {
            assert!(some.keys().eq(others.keys()), "{one} for {other}");
            for (key, value) in some {
                if key == "gain" || key == "value" {
                    let apart = value.as_f64().unwrap() - others[key].as_f64().unwrap();
                    assert!(apart.abs() < 1e-4, "{value} for {}", others[key]);
                } else {
                    assert_like(value, &others[key]);
                }
            }
        }
        _ => assert_eq!(one, other),
    }
}
