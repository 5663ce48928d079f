//! Where the values of a column are cut into bins.

use serde::{Deserialize, Serialize};

use crate::{
    few::OfColumns,
    ordered::{float, ordered},
};

/// The bin of missing values, in every column.
pub(crate) const MISSING: u8 = 0;

/// The most columns of a table.
pub(crate) const MOST_COLUMNS: usize = 10_000;

/// The most cut points of a column: a byte tells their bins apart.
const MOST_CUTS: usize = 254;

/// The most rows that quantiles are taken from; of more, these are spread evenly over the table.
const ROWS_FOR_QUANTILES: usize = 200_000;

/// Why cut points are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadCuts {
    /// Cut points are infinite or don't rise.
    #[error("the cut points of column {column} are not finite and rising")]
    Order {
        /// The column's place.
        column: usize,
    },
    /// There are more than bins can be told apart by one byte.
    #[error("column {column} has {cuts} cut points, at most 254 are allowed")]
    TooMany {
        /// The column's place.
        column: usize,
        /// How many.
        cuts: usize,
    },
    /// There are no columns, or too many.
    #[error("{columns} columns are given, 1 to 10000 are allowed")]
    Columns {
        /// How many.
        columns: usize,
    },
}

/// The cut points of every column, rising.
///
/// A value is in bin `1 + n` if it is greater than `n` cut points; a missing one (NaN) in bin 0. So
/// a column with `c` cut points has `c + 2` bins, and the values up to bin `b` are those not
/// greater than cut point `b - 1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    try_from = "OfColumns<MOST_COLUMNS, MOST_CUTS, f64>",
    into = "Vec<Vec<f64>>"
)]
pub struct Cuts(Vec<Vec<f64>>);

impl Cuts {
    /// Checks the cut points of each column.
    ///
    /// # Errors
    ///
    /// [`BadCuts`] names the first column whose cut points are none.
    pub fn new(columns: Vec<Vec<f64>>) -> Result<Cuts, BadCuts> {
        if columns.is_empty() || columns.len() > MOST_COLUMNS {
            let columns = columns.len();
            return Err(BadCuts::Columns { columns });
        }
        for (column, cuts) in columns.iter().enumerate() {
            if cuts.len() > MOST_CUTS {
                let cuts = cuts.len();
                return Err(BadCuts::TooMany { column, cuts });
            }
            let rising = cuts.is_sorted_by(|a, b| a < b);
            if !rising || cuts.iter().any(|cut| !cut.is_finite()) {
                return Err(BadCuts::Order { column });
            }
        }
        Ok(Cuts(columns))
    }

    /// Gives those of no columns: what a party has whose columns are all at others.
    pub fn none() -> Cuts {
        Cuts(Vec::new())
    }

    /// Cuts each column at quantiles into at most `bins` bins, the one of missing values counted.
    ///
    /// A column with few distinct values has a bin for each.
    ///
    /// # Errors
    ///
    /// If there are no columns, too many, or infinite values in one.
    pub fn of<'a>(
        columns: impl IntoIterator<Item = &'a [f64]>,
        bins: u16,
    ) -> Result<Cuts, BadCuts> {
        let most = usize::from(bins.clamp(2, 256)) - 1;
        let mut sorted = Vec::new();
        let cuts = |values: &[f64]| {
            sort_present(values, &mut sorted);
            quantiles(&counted(&sorted), most)
        };
        Cuts::new(columns.into_iter().map(cuts).collect())
    }

    /// Counts the columns.
    pub fn columns(&self) -> usize {
        self.0.len()
    }

    /// Counts the bins of a column, that of missing values among them; 0 if there is no such column.
    pub fn bins(&self, column: usize) -> usize {
        self.0.get(column).map_or(0, |cuts| cuts.len() + 2)
    }

    /// Gives the greatest value of a bin of values: none of a column's last bin.
    pub fn threshold(&self, column: usize, bin: u8) -> Option<f64> {
        let cuts = self.0.get(column)?;
        let place = usize::from(bin).checked_sub(1)?;
        cuts.get(place).copied()
    }

    /// Gives the cut points of each column.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.0.iter().map(Vec::as_slice)
    }
}

impl TryFrom<OfColumns<MOST_COLUMNS, MOST_CUTS, f64>> for Cuts {
    type Error = BadCuts;

    fn try_from(columns: OfColumns<MOST_COLUMNS, MOST_CUTS, f64>) -> Result<Cuts, BadCuts> {
        Cuts::new(columns.into())
    }
}

impl From<Cuts> for Vec<Vec<f64>> {
    fn from(cuts: Cuts) -> Vec<Vec<f64>> {
        cuts.0
    }
}

/// Gives the bin of a value among the cut points of its column.
#[inline]
pub(crate) fn bin(cuts: &[f64], value: f64) -> u8 {
    if value.is_nan() {
        return MISSING;
    }
    let below = cuts.partition_point(|cut| *cut < value);
    // Cut points are at most 254.
    u8::try_from(below + 1).unwrap_or(u8::MAX)
}

/// Adds the bins of values among the cut points of their column.
pub(crate) fn bin_all(cuts: &[f64], values: &[f64], bins: &mut Vec<u8>) {
    let values = values.iter();
    match cuts {
        // One cut, as of zeros and ones: several values at once.
        [cut] => bins.extend(values.map(|value| {
            let of_value = MISSING + 1 + u8::from(*cut < *value);
            if value.is_nan() { MISSING } else { of_value }
        })),
        _ => bins.extend(values.map(|value| bin(cuts, *value))),
    }
}

/// Sorts the values that are there as integers of the same order, which is faster.
fn sort_present(values: &[f64], sorted: &mut Vec<i64>) {
    let step = values.len().div_ceil(ROWS_FOR_QUANTILES).max(1);
    sorted.clear();
    let present = values.iter().step_by(step).filter(|value| !value.is_nan());
    // Adding 0.0 makes -0.0 the 0.0 that it is equal to.
    sorted.extend(present.map(|value| ordered(*value + 0.0)));
    sorted.sort_unstable();
}

/// Counts how often each value occurs.
fn counted(sorted: &[i64]) -> Vec<(f64, usize)> {
    let runs = sorted.chunk_by(|a, b| a == b);
    runs.map(|run| (float(run[0]), run.len())).collect()
}

/// Cuts counted values into at most `most` bins of about equal counts.
///
/// A value as frequent as a bin gets a bin of its own.
pub(crate) fn quantiles(counted: &[(f64, usize)], most: usize) -> Vec<f64> {
    let fine = counted.len() <= most;
    let mut left: usize = counted.iter().map(|(_, count)| count).sum();
    let mut bins_left = most;
    let mut filled = 0;
    let mut cuts = Vec::new();
    for pair in counted.windows(2) {
        let [(value, count), (next, next_count)] = *pair else {
            continue;
        };
        if bins_left <= 1 {
            break;
        }
        filled += count;
        let share = left as f64 / bins_left as f64;
        let full = filled as f64 >= share;
        let before_frequent = next_count as f64 >= share && 2.0 * filled as f64 >= share;
        if fine || full || before_frequent {
            cuts.push(between(value, next));
            left -= filled;
            bins_left -= 1;
            filled = 0;
        }
    }
    cuts
}

/// Gives a cut point that parts two neighbouring values.
fn between(low: f64, high: f64) -> f64 {
    let middle = f64::midpoint(low, high);
    // Between neighbouring floats there is no middle.
    if middle < high { middle } else { low }
}
