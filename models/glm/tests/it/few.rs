//! Which sums of one place's rows would tell of single ones.

use consilium_evaluation::Range;
use consilium_glm::{
    Centre, Column, ConstantColumns, Design, Family, Kind, Regression, Specification, Table, Term,
    has_few,
};
use consilium_secagg::Bits;

const MINIMUM: usize = 10;

/// A linear regression over days in intensive care, and 0/1 columns.
fn regression(marks: usize) -> Regression {
    let column = |name: String, kind| Column {
        name,
        kind,
        mark_missing: false,
    };
    let days = Kind::Number(Range::new(0.0, 30.0).unwrap());
    let marks = (0..marks).map(|it| column(format!("mark-{it}"), Kind::Binary));
    Regression::try_from(Specification {
        family: Family::Gaussian,
        columns: std::iter::once(column("days".to_owned(), days))
            .chain(marks)
            .collect(),
        labels: Range::new(-10.0, 10.0).unwrap(),
        penalty: 1.0,
        minimum_count: MINIMUM as u64,
        partitions: Vec::new(),
        constant_columns: ConstantColumns::Refuse,
        most_rows: 10_000,
        most_contributors: 8,
        bits: Bits::WIDEST,
        steps: None,
        noise: None,
    })
    .unwrap()
}

/// Says whether rows are few: of each its days and its marks.
fn is_few(marks: usize, rows: impl Iterator<Item = Vec<f64>>) -> bool {
    let regression = regression(marks);
    let features: Vec<f64> = rows.flatten().collect();
    let labels = vec![1.0; features.len() / (1 + marks)];
    let table = Table::new(&regression, features, labels).unwrap();
    let centre = Centre {
        mean: 0.0,
        deviation: 1.0,
    };
    let term = |column| Term {
        column,
        missing: false,
        centre,
    };
    let design = Design {
        terms: (0..=marks).map(term).collect(),
        label: centre,
    };
    has_few(&regression, &table, &design)
}

/// A number that no other row has.
fn single(row: usize) -> f64 {
    row as f64 / 100.0
}

#[test]
fn a_number_that_few_rows_have_otherwise_tells_of_these() {
    for (others, expected) in [
        (0, false),
        (1, true),
        (MINIMUM - 1, true),
        (MINIMUM, false),
        (300, false),
    ] {
        let days = |row: usize| if row < others { 1.0 + single(row) } else { 0.0 };
        assert_eq!(
            is_few(0, (0..400).map(|row| vec![days(row)])),
            expected,
            "{others}"
        );
        // What most have may be that there is none.
        let missing = |row: usize| if row < others { 2.0 } else { f64::NAN };
        let rows = (0..400).map(|row| vec![missing(row)]);
        assert_eq!(is_few(0, rows), expected, "{others} not missing");
    }
}

#[test]
fn rows_that_are_few_for_the_coefficients_are_told_by_them() {
    // Seven 0/1 columns are nine coefficients: 27 rows are too few for them by 0.33, 28 are enough.
    let row = |row: usize| {
        let marks = (0..7).map(|_| f64::from(u8::from(row.is_multiple_of(2))));
        std::iter::once(single(row)).chain(marks).collect()
    };
    assert!(is_few(7, (0..27).map(row)));
    assert!(!is_few(7, (0..28).map(row)));
}
