//! The data sets of `examples/`, as tables.

use std::{
    fs::{self, File},
    io::Read,
};

use consilium_evaluation::Range;
use consilium_glm::{Column, Family, Regression, Specification, Table};
use flate2::read::GzDecoder;

use crate::world::{binary, number, specification};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
pub(crate) const HOSPITALS: [&str; 4] = ["cleveland", "hungarian", "switzerland", "va"];

/// A row of features and its label.
pub(crate) type Row = (Vec<f64>, f64);

/// One hospital's rows of FLamby's split.
pub(crate) struct Hospital {
    pub(crate) train: Vec<Row>,
    pub(crate) test: Vec<Row>,
}

/// The columns that FLamby keeps, in the order of the vectors.
pub(crate) fn heart_columns() -> Vec<Column> {
    vec![
        number("age", 18.0, 100.0),
        binary("sex"),
        number("trestbps", 0.0, 250.0),
        number("chol", 0.0, 700.0),
        binary("fbs"),
        number("thalach", 40.0, 230.0),
        binary("exang"),
        number("oldpeak", -5.0, 10.0),
        binary("cp_2"),
        binary("cp_3"),
        binary("cp_4"),
        binary("restecg_1"),
        binary("restecg_2"),
    ]
}

pub(crate) fn heart() -> Vec<Hospital> {
    HOSPITALS.map(one_hospital).into()
}

fn one_hospital(hospital: &str) -> Hospital {
    let read =
        |file: String| fs::read_to_string(format!("{EXAMPLES}/heart-disease/{file}")).unwrap();
    let text = read(format!("processed.{hospital}.data"));
    let split = read(format!("{hospital}-split.csv"));
    let lines: Vec<&str> = text.lines().collect();
    let mut rows = Hospital {
        train: Vec::new(),
        test: Vec::new(),
    };
    for line in split.lines().skip(1) {
        let (place, purpose) = line.split_once(',').unwrap();
        let row = heart_row(lines[place.parse::<usize>().unwrap() - 1]);
        match purpose {
            "train" => rows.train.push(row),
            _ => rows.test.push(row),
        }
    }
    rows
}

fn heart_row(line: &str) -> Row {
    let v: Vec<f64> = line
        .split(',')
        .map(|field| field.trim().parse().unwrap_or(f64::NAN))
        .collect();
    let is = |column: usize, level: f64| f64::from((v[column] - level).abs() < 0.5);
    let features = vec![
        v[0],
        v[1],
        v[3],
        v[4],
        v[5],
        v[7],
        v[8],
        v[9],
        is(2, 2.0),
        is(2, 3.0),
        is(2, 4.0),
        is(6, 1.0),
        is(6, 2.0),
    ];
    (features, f64::from(v[13] > 0.0))
}

pub(crate) fn heart_regression(penalty: f64) -> Regression {
    let spec = specification(Family::Logistic, heart_columns());
    Regression::try_from(Specification {
        penalty,
        most_rows: 1000,
        ..spec
    })
    .unwrap()
}

/// Doctor visits by all columns, cut into five parts.
pub(crate) fn rand_hie() -> (Regression, Vec<Table>) {
    let file = File::open(format!("{EXAMPLES}/rand-hie/randhie.csv.gz")).unwrap();
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').skip(1).collect();
    let binaries = ["idp", "hlthg", "hlthf", "hlthp"];
    let column = |name: &&str| {
        if binaries.contains(name) {
            binary(name)
        } else {
            number(name, 0.0, 100.0)
        }
    };
    let spec = specification(Family::Poisson, names.iter().map(column).collect());
    let labels = Range::new(0.0, 200.0).unwrap();
    let regression = Regression::try_from(Specification { labels, ..spec }).unwrap();
    let mut parts = vec![Vec::new(); 5];
    for (place, line) in lines.enumerate() {
        let values: Vec<f64> = line
            .split(',')
            .map(|field| field.parse().unwrap())
            .collect();
        parts[place * 5 / 20_190].push((values[1..].to_vec(), values[0]));
    }
    let tables = parts
        .into_iter()
        .map(|rows| table(&regression, &rows))
        .collect();
    (regression, tables)
}

pub(crate) fn table(regression: &Regression, rows: &[Row]) -> Table {
    let features = rows
        .iter()
        .flat_map(|(features, _)| features.clone())
        .collect();
    let labels = rows.iter().map(|(_, label)| *label).collect();
    Table::new(regression, features, labels).unwrap()
}
