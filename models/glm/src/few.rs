//! Whether the sums of one place's rows would tell of single ones.

use crate::{Design, Regression, Table, moments};

/// The most coefficients for each row: with more of them, the information matrix leaves little of the rows open.
///
/// It is what DataSHIELD takes, whose servers show a study's own information and score too (`nfilter.glm`).
const MOST_COEFFICIENTS: f64 = 0.33;

/// Says whether gradient and information of one place's rows, each exact, would tell of fewer than the minimum.
///
/// They do where
///
/// * a label, a level of a 0/1 column, or a cell of what several columns have together has few rows; in logistic
///   regression of either label;
/// * there are more coefficients than 0.33 for each row;
/// * few rows differ from the value that most have in a column of numbers: what is left of its products with the
///   others, once that value is taken off, is these rows.
///
/// Of two levels at once, and of the numbers within a level, few rows may remain: a row that is alone there has its
/// weight in the information, which is a function of its prediction.
pub fn has_few(regression: &Regression, table: &Table, design: &Design) -> bool {
    let coefficients = 1 + design.terms.len();
    if coefficients as f64 > MOST_COEFFICIENTS * table.rows() as f64
        || moments::has_few_cells(regression, table)
    {
        return true;
    }
    let spec = regression.specification();
    let few = 1..spec.minimum_count;
    let terms = design.terms.iter().filter(|term| !term.missing);
    let mut numbers = terms
        .map(|term| term.column)
        .filter(|at| !spec.columns[*at].kind.is_of_two());
    numbers.any(|column| few.contains(&strays(table, column)))
}

/// Counts the rows that differ from the value that most have, be it none; 0 if no value is of more than half
/// (Boyer and Moore 1991).
fn strays(table: &Table, column: usize) -> u64 {
    let values = || table.iter().map(|(row, _)| row[column]);
    let (mut usual, mut lead) = (f64::NAN, 0_usize);
    for value in values() {
        match lead {
            _ if is_same(value, usual) => lead += 1,
            0 => (usual, lead) = (value, 1),
            _ => lead -= 1,
        }
    }
    let strays = values().filter(|value| !is_same(*value, usual)).count();
    if 2 * strays < table.rows() {
        strays as u64
    } else {
        0
    }
}

#[expect(
    clippy::float_cmp,
    reason = "a value that most rows have is the same number in each"
)]
fn is_same(one: f64, other: f64) -> bool {
    one == other || (one.is_nan() && other.is_nan())
}
