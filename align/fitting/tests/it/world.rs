//! Rows of three hospitals, by a rule, and statistics of them.

use consilium_base::Seed;
use consilium_fitting::{Entry, FitError, Fitted, Intent, Value};
use consilium_schema::Schema;
use consilium_statistics::{
    Agreement, Column, Findings, Kind, Mode, Specification, Table, Values, pooled,
};

pub(crate) const SCHEMA: &str = r#"
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
    levels = ["general", "surgical", "cardiac", "burns"]

    [[column]]
    name = "diagnosis"
    type = "code"

    [[column]]
    name = "readmitted"
    type = "boolean"

    [[column]]
    name = "note"
    type = "text"
"#;

/// What an intent says of most columns.
pub(crate) const DEFAULTS: &str = r#"
    label = "readmitted"

    [default.integer]
    impute = "median"
    mark_missing = true
    scale = "standard"

    [default.number]
    impute = "mean"
    winsorise = [0.05, 0.95]
    log = true
    scale = "robust"

    [default.boolean]
    impute = "most-frequent"

    [default.category]
    impute = "most-frequent"
    one_hot = { minimum = 50 }
"#;

pub(crate) const WARDS: [&str; 4] = ["general", "surgical", "cardiac", "burns"];
pub(crate) const MINIMUM: u64 = 10;
/// The widest interval of a quantile, as a share of the range.
pub(crate) const ERROR: f64 = 0.001;

pub(crate) struct Row {
    pub(crate) age: Option<f64>,
    pub(crate) cost: Option<f64>,
    pub(crate) smoker: Option<bool>,
    pub(crate) ward: Option<u32>,
    pub(crate) diagnosis: Option<&'static str>,
    pub(crate) readmitted: bool,
    pub(crate) half: u32,
}

/// 1,200 rows: the older, the dearer and the more often in hospital again.
pub(crate) fn rows() -> Vec<Row> {
    let row = |number: u32| {
        let noise = number.wrapping_mul(2_654_435_761) >> 16;
        let age = 20 + noise % 71;
        let cost = f64::from(age) * 20.0 + f64::from(noise % 997) + 0.25;
        let is_dear = noise.is_multiple_of(97);
        let ward = match noise % 40 {
            0..20 => 0,
            20..32 => 1,
            32..39 => 2,
            _ => 3,
        };
        Row {
            age: (!number.is_multiple_of(7)).then_some(f64::from(age)),
            cost: (!number.is_multiple_of(5)).then_some(if is_dear { cost * 20.0 } else { cost }),
            smoker: (!number.is_multiple_of(11)).then_some(noise.is_multiple_of(3)),
            ward: (!number.is_multiple_of(13)).then_some(ward),
            diagnosis: Some(["I10", "E11", "J45", "K21"][(noise % 10 / 3) as usize]),
            readmitted: age + noise % 50 > 80,
            half: u32::from(number >= 600),
        }
    };
    (0..1_200).map(row).collect()
}

pub(crate) fn schema() -> Schema {
    Schema::from_toml(SCHEMA).unwrap()
}

pub(crate) fn findings() -> Findings {
    let column = |name: &str, kind: Kind| Column {
        name: name.to_owned(),
        kind,
    };
    let levels = WARDS.map(str::to_owned).to_vec();
    let agreement = Agreement::new(Specification {
        columns: vec![
            column("age", Kind::Integer { low: 0, high: 120 }),
            column(
                "cost",
                Kind::Number {
                    low: 0.0,
                    high: 100_000.0,
                },
            ),
            column("smoker", Kind::Boolean),
            column("ward", Kind::Category { levels }),
            column(
                "diagnosis",
                Kind::Code {
                    longest: 8,
                    most: 20,
                },
            ),
            column("readmitted", Kind::Boolean),
        ],
        label: Some(5),
        periods: vec!["one".to_owned(), "two".to_owned()],
        quantiles: vec![0.05, 0.25, 0.5, 0.75, 0.95],
        quantile_error: ERROR,
        correlations: true,
        minimum_cell: MINIMUM,
        mode: Mode::Exact,
        most_rows: 10_000,
        most_contributors: 3,
    });
    let agreement = agreement.unwrap();
    let table = |rows: &[Row]| {
        let numbers = |of: fn(&Row) -> Option<f64>| {
            Values::Numbers(rows.iter().map(|row| of(row).unwrap_or(f64::NAN)).collect())
        };
        let flags = |of: fn(&Row) -> Option<bool>| Values::Booleans(rows.iter().map(of).collect());
        let codes = rows.iter().map(|row| row.diagnosis.map(Box::from));
        let columns = vec![
            numbers(|row| row.age),
            numbers(|row| row.cost),
            flags(|row| row.smoker),
            Values::Levels(rows.iter().map(|row| row.ward).collect()),
            Values::Codes(codes.collect()),
            flags(|row| Some(row.readmitted)),
        ];
        let periods = rows.iter().map(|row| Some(row.half)).collect();
        Table::new(&agreement, columns, periods).unwrap()
    };
    let tables: Vec<Table> = rows().chunks(400).map(table).collect();
    let mut findings = pooled(&agreement, &tables, &Seed::from_bytes([3; 32])).unwrap();
    findings.contributors = ["east", "north", "west"]
        .map(|name| name.parse().unwrap())
        .into();
    findings
}

pub(crate) fn fit(intent: &str) -> Result<Fitted, FitError> {
    Intent::from_toml(intent)?.fit(&findings(), &schema())
}

/// Gives a feature's key.
pub(crate) fn entry<'a>(fitted: &'a Fitted, name: &str, key: &str) -> &'a Entry {
    let mut prepared = fitted.prepared.iter();
    let feature = prepared
        .find(|it| it.called() == name)
        .unwrap_or_else(|| panic!("{name}"));
    let mut entries = feature.entries.iter();
    entries
        .find(|it| it.key == key)
        .unwrap_or_else(|| panic!("{name}.{key}"))
}

pub(crate) fn number(fitted: &Fitted, name: &str, key: &str) -> f64 {
    match &entry(fitted, name, key).value {
        Value::Number(number) => *number,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn numbers(fitted: &Fitted, name: &str, key: &str) -> Vec<f64> {
    match &entry(fitted, name, key).value {
        Value::Numbers(numbers) => numbers.clone(),
        other => panic!("{other:?}"),
    }
}
