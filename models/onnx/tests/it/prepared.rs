//! Preparations as nodes, against their own rows.

use consilium_onnx::{InverseLink, LinearModel, NotExportable, TreeModel, inputs};
use consilium_preparation::{Cells, Preparation};
use consilium_schema::Schema;

use crate::{tract, trees};

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
    max = 100_000

    [[column]]
    name = "smoker"
    type = "boolean"

    [[column]]
    name = "ward"
    type = "category"
    levels = [1, 2, 3]

    [[column]]
    name = "diagnosis"
    type = "code"
"#;

const PREPARATION: &str = r#"
    [[prepared]]
    product = ["age", "diagnosis=E11"]

    [[prepared]]
    column = "age"
    missing = 62.0
    mark_missing = true
    clip = [18.0, 95.0]
    centre = 61.3
    spread = 12.7

    [[prepared]]
    name = "age kept"
    column = "age"

    [[prepared]]
    column = "cost"
    clip = [3.0, 9_000.0]
    log = true
    centre = 5.5
    spread = 1.3

    [[prepared]]
    name = "cost as it is"
    column = "cost"
    log = true

    [[prepared]]
    name = "cost in weights"
    column = "cost"
    cuts = [100.0, 1_000.0, 5_000.0]
    weights = [-1.5, 0.25, 0.75, 2.0]
    missing_weight = 0.1

    [[prepared]]
    name = "age in weights"
    column = "age"
    cuts = [50.0]
    weights = [-0.5, 0.5]

    [[prepared]]
    column = "smoker"
    missing = 0.25
    mark_missing = true

    [[prepared]]
    column = "ward"
    mark_missing = true

    [[prepared]]
    name = "ward filled"
    column = "ward"
    levels = [1, 3]
    missing = { level = 3 }
    unseen = "missing"

    [[prepared]]
    column = "diagnosis"
    levels = ["I20", "I21", "E11"]
    reference = "I20"
    missing = "other"

    [[prepared]]
    name = "diagnosis to zero"
    column = "diagnosis"
    levels = ["E11", "J45"]
    unseen = "zero"
    missing = "zero"

    [[prepared]]
    name = "diagnosis in weights"
    column = "diagnosis"
    levels = ["I20", "J45"]
    weights = [0.5, -0.75]
    unseen_weight = 0.125
    mark_missing = true

    [[prepared]]
    product = ["cost", "ward=2"]
"#;

const CODES: [&str; 5] = ["I20", "I21", "E11", "J45", "C50"];
const WARDS: [&str; 3] = ["1", "2", "3"];

struct Row {
    age: Option<f64>,
    cost: Option<f64>,
    smoker: Option<f64>,
    ward: Option<usize>,
    diagnosis: Option<&'static str>,
}

fn rows() -> Vec<Row> {
    let row = |number: u32| {
        let pick = |of: u32, mix: u32| number.wrapping_mul(mix) / 7 % of;
        let place = |of: u32, mix: u32| usize::try_from(pick(of, mix)).unwrap();
        let age = f64::from(pick(121, 31));
        let cost = f64::from(pick(100_000, 7_919)) / [1.0, 9.0, 900.0][place(3, 13)];
        Row {
            age: (pick(6, 17) > 0).then_some(age),
            cost: (pick(5, 19) > 0).then_some(cost),
            smoker: (pick(4, 23) > 0).then_some(f64::from(pick(2, 29))),
            ward: (pick(5, 37) > 0).then_some(place(3, 41)),
            diagnosis: (pick(6, 43) > 0).then_some(CODES[place(5, 47)]),
        }
    };
    let edges = [0.0, 17.0, 18.0, 50.0, 95.0, 120.0].map(|age| Row {
        age: Some(age),
        cost: Some(age * 100.0),
        smoker: None,
        ward: None,
        diagnosis: None,
    });
    // Below what the schema allows.
    let below = Row {
        age: Some(-3.0),
        cost: Some(-500.0),
        smoker: None,
        ward: None,
        diagnosis: None,
    };
    (0..400).map(row).chain(edges).chain([below]).collect()
}

/// The rows of all terms, by the preparation itself.
fn terms(preparation: &Preparation) -> Vec<Vec<f64>> {
    let (rows, wards) = (rows(), WARDS.map(str::to_owned));
    let bound = preparation.over(|column| {
        Some(match column {
            "age" => Cells::Numbers(Box::new(|row| rows[row].age)),
            "cost" => Cells::Numbers(Box::new(|row| rows[row].cost)),
            "smoker" => Cells::Numbers(Box::new(|row| rows[row].smoker)),
            "ward" => Cells::Levels {
                levels: &wards,
                of: Box::new(|row| rows[row].ward),
            },
            _ => Cells::Texts(Box::new(|row| rows[row].diagnosis)),
        })
    });
    let bound = bound.unwrap();
    let terms = |row| {
        let mut out = vec![0.0; preparation.terms().len()];
        bound.row(row, &mut out);
        out
    };
    (0..rows.len()).map(terms).collect()
}

/// The rows as the graph takes them.
fn raw(preparation: &Preparation) -> Vec<Vec<f64>> {
    let inputs = inputs(preparation);
    let cell = |row: &Row, input: &str| {
        let Some((column, level)) = input.split_once('=') else {
            let value = match input {
                "age" => row.age,
                "cost" => row.cost,
                _ => row.smoker,
            };
            return value.unwrap_or(f64::NAN);
        };
        let own = match column {
            "ward" => row.ward.map(|place| WARDS[place]),
            _ => row.diagnosis,
        };
        own.map_or(f64::NAN, |own| f64::from(own == level))
    };
    let of = |row: &Row| inputs.iter().map(|input| cell(row, input)).collect();
    rows().iter().map(of).collect()
}

fn preparation() -> Preparation {
    Preparation::from_toml(PREPARATION, &Schema::from_toml(SCHEMA).unwrap()).unwrap()
}

/// A graph that gives one term, and 1000 where it is missing.
fn of_term(preparation: &Preparation, term: &str) -> Vec<u8> {
    let model = LinearModel {
        name: "test",
        columns: &[term.to_owned()],
        preparation: Some(preparation),
        intercept: 0.0,
        slopes: &[1.0],
        when_missing: &[1_000.0],
        inverse_link: InverseLink::Identity,
        metadata: &[],
    };
    model.to_onnx().unwrap()
}

/// Every term with its graph, what the preparation makes of the rows, and the rows for the graph.
pub(crate) struct Example {
    pub(crate) raw: Vec<Vec<f64>>,
    pub(crate) terms: Vec<(String, Vec<u8>, Vec<f64>)>,
}

impl Example {
    pub(crate) fn new() -> Self {
        let preparation = preparation();
        let all = terms(&preparation);
        let names = preparation.terms().iter().enumerate();
        let term = |(place, name): (usize, &str)| {
            let values = all.iter().map(|row| row[place]);
            let expected = values.map(|value| if value.is_nan() { 1_000.0 } else { value });
            (
                name.to_owned(),
                of_term(&preparation, name),
                expected.collect(),
            )
        };
        Self {
            raw: raw(&preparation),
            terms: names.map(|(place, it)| term((place, &it.name))).collect(),
        }
    }
}

#[track_caller]
pub(crate) fn compare(term: &str, got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!(
            (got - expected).abs() < 1e-12,
            "{term}, row {row}: {got}, not {expected}"
        );
    }
}

#[test]
fn columns_of_a_graph_are_numbers_and_the_levels_that_are_named() {
    assert_eq!(
        inputs(&preparation()),
        [
            "age",
            "cost",
            "smoker",
            "ward=1",
            "ward=2",
            "ward=3",
            "diagnosis=I20",
            "diagnosis=I21",
            "diagnosis=E11",
            "diagnosis=J45"
        ]
    );
}

#[test]
fn another_runtime_makes_the_same_of_raw_rows_missing_values_included() {
    let example = Example::new();
    assert!(example.terms.len() > 20);
    for (term, model, expected) in &example.terms {
        let first = expected[0].to_bits();
        assert!(expected.iter().any(|it| it.to_bits() != first), "{term}");
        let got = tract::run(&tract::read(model), &example.raw).concat();
        compare(term, &got, expected);
    }
}

#[test]
fn trees_take_prepared_columns_too() {
    let preparation = preparation();
    let columns = ["age", "cost in weights"].map(str::to_owned);
    let trees = trees::trees();
    let tree = |preparation| TreeModel {
        preparation,
        ..trees::model(&columns, &trees, InverseLink::Identity)
    };
    let file = tree(Some(&preparation)).to_onnx().unwrap();
    let [age, cost] = [1, 6].map(|place| move |row: &Vec<f64>| row[place]);
    let prepared = terms(&preparation);
    let got = trees::score(&file, &raw(&preparation));
    for (row, got) in prepared.iter().zip(got) {
        let expected = trees::by_hand(&trees, [age(row), cost(row)], InverseLink::Identity);
        assert!(
            (got - expected).abs() < 1e-6,
            "{row:?}: {got}, not {expected}"
        );
    }
}

#[test]
fn a_column_that_is_not_prepared_is_refused() {
    let preparation = preparation();
    let columns = ["weight".to_owned()];
    let model = TreeModel {
        preparation: Some(&preparation),
        ..trees::model(&columns, &[], InverseLink::Exp)
    };
    assert_eq!(model.to_onnx(), Err(NotExportable::Column));
}
