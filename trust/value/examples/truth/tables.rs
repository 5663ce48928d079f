//! The data sets of `examples/`, as tables.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Read as _,
};

use consilium_evaluation::Range;
use consilium_glm::{Column, ConstantColumns, Family, Kind, Regression, Specification, Table};
use consilium_secagg::Bits;
use flate2::read::GzDecoder;
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");

const NUMBERS: [&str; 9] = [
    "age",
    "time_in_hospital",
    "num_lab_procedures",
    "num_procedures",
    "num_medications",
    "number_outpatient",
    "number_emergency",
    "number_inpatient",
    "number_diagnoses",
];
const CODES: [&str; 16] = [
    "race",
    "gender",
    "admission_type_id",
    "discharge_disposition_id",
    "admission_source_id",
    "payer_code",
    "medical_specialty",
    "max_glu_serum",
    "A1Cresult",
    "change",
    "diabetesMed",
    "metformin",
    "insulin",
    "diagnosis_1",
    "diagnosis_2",
    "diagnosis_3",
];

/// Stays of people with diabetes.
pub(crate) struct Diabetes {
    pub(crate) patients: Vec<usize>,
    numbers: Vec<[f64; NUMBERS.len()]>,
    /// The place of each code among its column's levels.
    codes: Vec<[Option<usize>; CODES.len()]>,
    levels: Vec<Vec<String>>,
    pub(crate) labels: Vec<f64>,
}

impl Diabetes {
    pub(crate) fn read() -> Diabetes {
        let file = File::open(format!("{EXAMPLES}/diabetes/encounters.csv.gz")).unwrap();
        let mut text = String::new();
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let rows: Vec<Vec<&str>> = lines.collect();
        let place = |name: &str| header.iter().position(|it| *it == name).unwrap();
        let level_of = |name: &&str| {
            let cells = rows.iter().map(|row| row[place(name)]);
            let levels: BTreeSet<&str> = cells.filter(|cell| !cell.is_empty()).collect();
            levels.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let levels: Vec<Vec<String>> = CODES.iter().map(level_of).collect();
        let numbers = NUMBERS.map(place);
        let codes = CODES.map(place);
        let code = |row: &Vec<&str>, column: usize| {
            levels[column]
                .iter()
                .position(|it| it == row[codes[column]])
        };
        Diabetes {
            patients: rows
                .iter()
                .map(|row| row[place("patient")].parse().unwrap())
                .collect(),
            numbers: rows
                .iter()
                .map(|row| numbers.map(|at| row[at].parse().unwrap()))
                .collect(),
            codes: (rows.iter())
                .map(|row| std::array::from_fn(|column| code(row, column)))
                .collect(),
            labels: rows
                .iter()
                .map(|row| row[place("readmitted")].parse().unwrap())
                .collect(),
            levels,
        }
    }

    /// The regression on all columns, of each code one 0/1 column for each level but the first.
    pub(crate) fn regression(&self) -> Regression {
        let mut columns: Vec<Column> = NUMBERS
            .iter()
            .map(|name| number(name, 0.0, 200.0))
            .collect();
        for (name, levels) in CODES.iter().zip(&self.levels) {
            columns.extend(
                levels
                    .iter()
                    .skip(1)
                    .map(|level| binary(&format!("{name}={level}"))),
            );
        }
        logistic(columns)
    }

    /// Another order of each code's levels.
    pub(crate) fn shift(&self, rng: &mut ChaCha20Rng) -> Vec<Vec<usize>> {
        let orders = self.levels.iter().map(|levels| {
            let mut order: Vec<usize> = (0..levels.len()).collect();
            for last in (1..order.len()).rev() {
                order.swap(last, rng.next_u32() as usize % (last + 1));
            }
            order
        });
        orders.collect()
    }

    /// Makes a table of rows, each with the label given; codes are changed as `shift` says.
    pub(crate) fn table(
        &self,
        regression: &Regression,
        rows: &[usize],
        labels: &[f64],
        shift: Option<&Vec<Vec<usize>>>,
    ) -> Table {
        let mut features = Vec::new();
        for &row in rows {
            features.extend(self.numbers[row]);
            for (column, code) in self.codes[row].iter().enumerate() {
                let code = code.map(|code| shift.map_or(code, |shift| shift[column][code]));
                let levels = 1..self.levels[column].len();
                features.extend(levels.map(|level| f64::from(code == Some(level))));
            }
        }
        let labels = rows.iter().map(|&row| labels[row]).collect();
        Table::new(regression, features, labels).unwrap()
    }
}

/// The four hospitals of the heart disease data: rows to fit and rows to judge, as FLamby splits them.
pub(crate) struct Heart {
    pub(crate) regression: Regression,
    pub(crate) names: [&'static str; 4],
    pub(crate) fitted: Vec<Table>,
    pub(crate) judging: Vec<Table>,
}

pub(crate) fn heart() -> Heart {
    let names = ["cleveland", "hungarian", "switzerland", "va"];
    let regression = logistic(vec![
        number("age", 18.0, 100.0),
        binary("sex"),
        number("trestbps", 0.0, 250.0),
        number("chol", 0.0, 700.0),
        binary("fbs"),
        number("thalach", 40.0, 230.0),
        binary("exang"),
        number("oldpeak", -5.0, 10.0),
        binary("cp=2"),
        binary("cp=3"),
        binary("cp=4"),
        binary("restecg=1"),
        binary("restecg=2"),
    ]);
    let (fitted, judging) = (names.iter())
        .map(|name| {
            let read = |file: String| {
                fs::read_to_string(format!("{EXAMPLES}/heart-disease/{file}")).unwrap()
            };
            let (text, split) = (
                read(format!("processed.{name}.data")),
                read(format!("{name}-split.csv")),
            );
            let lines: Vec<&str> = text.lines().collect();
            let rows = |wanted: &str| {
                let (mut features, mut labels) = (Vec::new(), Vec::new());
                for line in split.lines().skip(1) {
                    let (place, purpose) = line.split_once(',').unwrap();
                    if purpose != wanted {
                        continue;
                    }
                    let line = lines[place.parse::<usize>().unwrap() - 1];
                    let cell = |cell: &str| cell.trim().parse().unwrap_or(f64::NAN);
                    let v: Vec<f64> = line.split(',').map(cell).collect();
                    let is = |column: usize, level: f64| f64::from((v[column] - level).abs() < 0.5);
                    features.extend([v[0], v[1], v[3], v[4], v[5], v[7], v[8], v[9]]);
                    features.extend([2.0, 3.0, 4.0].map(|level| is(2, level)));
                    features.extend([1.0, 2.0].map(|level| is(6, level)));
                    labels.push(f64::from(v[13] > 0.0));
                }
                Table::new(&regression, features, labels).unwrap()
            };
            (rows("train"), rows("test"))
        })
        .unzip();
    Heart {
        regression,
        names,
        fitted,
        judging,
    }
}

fn number(name: &str, low: f64, high: f64) -> Column {
    Column {
        name: name.to_owned(),
        kind: Kind::Number(Range::new(low, high).unwrap()),
        mark_missing: false,
    }
}

fn binary(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        kind: Kind::Binary,
        mark_missing: false,
    }
}

fn logistic(columns: Vec<Column>) -> Regression {
    let specification = Specification {
        family: Family::Logistic,
        columns,
        labels: Range::ZERO_TO_ONE,
        penalty: 1.0,
        minimum_count: 10,
        partitions: Vec::new(),
        constant_columns: ConstantColumns::Drop,
        most_rows: 1_000_000,
        most_contributors: 12,
        bits: Bits::WIDEST,
        steps: None,
        noise: None,
    };
    Regression::try_from(specification).unwrap()
}
