//! Whether the sums of one place's rows would tell of single ones.

use crate::{Design, Regression, Table, moments};

/// The most coefficients for each row: with more of them, the information matrix leaves little of the rows open.
///
/// It is what DataSHIELD takes, whose servers show a study's own information and score too (`nfilter.glm`).
const MOST_COEFFICIENTS: f64 = 0.33;

/// The class of rows that no difference of sums sets apart.
const NONE: u16 = u16::MAX;

/// Says whether gradient and information of one place's rows, each exact, would tell of fewer than the minimum.
///
/// They do where
///
/// * a label, a level of a 0/1 column, or a cell of what several columns have together has few rows; in logistic
///   regression of either label;
/// * there are more coefficients than 0.33 for each row;
/// * few rows differ from the value that most have in a column of numbers: what is left of its products with the
///   others, once that value is taken off, is these rows;
/// * a level of one column and one of another have few rows together, or few rows of a level differ from the
///   number that most of them have: their product in the information is of these alone.
///
/// Not looked at are three columns at once, and levels that no column says and no cell counts.
pub fn has_few(regression: &Regression, table: &Table, design: &Design) -> bool {
    let coefficients = 1 + design.terms.len();
    if coefficients as f64 > MOST_COEFFICIENTS * table.rows() as f64
        || moments::has_few_cells(regression, table)
    {
        return true;
    }
    let minimum = regression.specification().minimum_count;
    let parts = parts(regression, table, design);
    let columns = &regression.specification().columns;
    let is_number = |column: &usize| !columns[*column].kind.is_of_two();
    let terms = design.terms.iter().filter(|term| !term.missing);
    let numbers: Vec<usize> = terms.map(|term| term.column).filter(is_number).collect();
    parts.iter().enumerate().any(|(place, one)| {
        let of_class = rows_by_class(one);
        let meets_few = |other: &Vec<u16>| shares_few(&of_class, other, minimum);
        let strays = |column: &usize| {
            let few = |rows: &Vec<usize>| (1..minimum).contains(&strays(table, rows, *column));
            of_class.iter().any(few)
        };
        parts[place + 1..].iter().any(meets_few) || numbers.iter().any(strays)
    })
}

/// Gives the ways in which columns part the rows: of each row its class in each of them. In the first all rows are
/// one class.
fn parts(regression: &Regression, table: &Table, design: &Design) -> Vec<Vec<u16>> {
    let spec = regression.specification();
    let rows: Vec<&[f64]> = table.iter().map(|(row, _)| row).collect();
    let all: Vec<usize> = (0..rows.len()).collect();
    let mut parts = vec![vec![0; rows.len()]];
    for term in &design.terms {
        let values = rows.iter().map(|row| row[term.column]);
        let kind = spec.columns[term.column].kind;
        let part: Vec<u16> = if term.missing {
            values.map(|value| u16::from(value.is_nan())).collect()
        } else if kind.is_of_two() {
            let middle = kind.range().middle();
            let class = |value: f64| match value.is_nan() {
                true => NONE,
                false => u16::from(value > middle),
            };
            values.map(class).collect()
        } else {
            let Some(usual) = usual(table, &all, term.column) else {
                continue;
            };
            let class = |value| if is_same(value, usual) { NONE } else { 0 };
            values.map(class).collect()
        };
        parts.push(part);
    }
    let cells = spec.partitions.iter().filter_map(|it| it.of_rows(&rows));
    parts.extend(cells.map(|cells| {
        // There are fewer cells than a class can say: `MOST_CELLS`.
        let class = |cell: usize| u16::try_from(cell).unwrap_or(NONE);
        cells.into_iter().map(class).collect()
    }));
    parts
}

fn rows_by_class(part: &[u16]) -> Vec<Vec<usize>> {
    let classes = part.iter().filter(|class| **class != NONE).max();
    let mut rows = vec![Vec::new(); classes.map_or(0, |last| usize::from(*last) + 1)];
    for (row, class) in part.iter().enumerate() {
        if let Some(rows) = rows.get_mut(usize::from(*class)) {
            rows.push(row);
        }
    }
    rows
}

/// Says whether any of these and a class of another part have few rows in common.
fn shares_few(of_class: &[Vec<usize>], other: &[u16], minimum: u64) -> bool {
    let mut counts = vec![0_u64; usize::from(NONE) + 1];
    of_class.iter().any(|rows| {
        let classes = || rows.iter().map(|row| other[*row]);
        classes().for_each(|class| counts[usize::from(class)] += 1);
        counts[usize::from(NONE)] = 0;
        let is_few = classes().any(|class| (1..minimum).contains(&counts[usize::from(class)]));
        classes().for_each(|class| counts[usize::from(class)] = 0);
        is_few
    })
}

/// Counts the rows that differ from the value that most of them have; none if no value is of more than half.
fn strays(table: &Table, rows: &[usize], column: usize) -> u64 {
    let Some(usual) = usual(table, rows, column) else {
        return 0;
    };
    let differs = |row: &&usize| !is_same(table.value(**row, column), usual);
    rows.iter().filter(differs).count() as u64
}

/// Gives the value that more than half of these rows have, NaN where most are missing (Boyer and Moore 1991).
fn usual(table: &Table, rows: &[usize], column: usize) -> Option<f64> {
    let values = || rows.iter().map(|row| table.value(*row, column));
    let (mut usual, mut lead) = (f64::NAN, 0_usize);
    for value in values() {
        match lead {
            _ if is_same(value, usual) => lead += 1,
            0 => (usual, lead) = (value, 1),
            _ => lead -= 1,
        }
    }
    let have = values().filter(|value| is_same(*value, usual)).count();
    (2 * have > rows.len()).then_some(usual)
}

fn is_same(one: f64, other: f64) -> bool {
    one == other || (one.is_nan() && other.is_nan())
}
