//! What was counted, in buckets.

use consilium_data::{Table, Values};

use crate::shape::fit::Cells;

/// The buckets into which rows fall by their keys; intervals are drawn over them.
pub(crate) const BUCKETS: usize = 64;

/// What was checked and what of it has passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) checked: u64,
    pub(crate) passed: u64,
}

/// Counts of one condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tally {
    /// By bucket.
    Rows(Box<[Count; BUCKETS]>),
    /// Of a single thing, which no draw leaves out.
    Single(Count),
    /// Of the cells of a reference.
    Shape(Cells),
}

impl Tally {
    pub(crate) fn none() -> Self {
        Self::Rows(Box::new([Count::default(); BUCKETS]))
    }

    /// All of it.
    pub(crate) fn sum(&self) -> Count {
        match self {
            Self::Single(count) => *count,
            Self::Shape(cells) => cells.sum(),
            Self::Rows(buckets) => buckets.iter().fold(Count::default(), |all, one| Count {
                checked: all.checked + one.checked,
                passed: all.passed + one.passed,
            }),
        }
    }

    /// What was counted of the conditions of a shape's cells, as one.
    pub(crate) fn of_shape(cells: &[Tally], expected: Vec<f64>) -> Self {
        let counts = cells.iter().filter_map(|cell| match cell {
            Self::Rows(buckets) => Some(buckets.clone()),
            _ => None,
        });
        Self::Shape(Cells::new(&counts.collect::<Vec<_>>(), expected))
    }

    /// Adds what was counted of another condition of the same rule.
    pub(crate) fn add(&mut self, other: &Tally) {
        if let (Self::Rows(own), Self::Rows(other)) = (self, other) {
            for (own, other) in own.iter_mut().zip(other.iter()) {
                own.checked += other.checked;
                own.passed += other.passed;
            }
        }
    }
}

/// Reads the tallies of so many conditions from what a query gives: `bucket`, and `c0`, `p0`, …
pub(crate) fn read(rows: &Table, conditions: usize) -> Vec<Tally> {
    let column = |name: String| -> Vec<Option<f64>> {
        match rows.column(&name).map(|it| &it.values) {
            Some(Values::Numbers(numbers)) => numbers.iter().collect(),
            _ => Vec::new(),
        }
    };
    let buckets = column("bucket".to_owned());
    let tally = |at: usize| {
        let (checked, passed) = (column(format!("c{at}")), column(format!("p{at}")));
        let mut counts = Box::new([Count::default(); BUCKETS]);
        for ((bucket, checked), passed) in buckets.iter().zip(checked).zip(passed) {
            if let Some(count) = counts.get_mut(whole(*bucket).try_into().unwrap_or(usize::MAX)) {
                count.checked += whole(checked);
                count.passed += whole(passed);
            }
        }
        Tally::Rows(counts)
    };
    (0..conditions).map(tally).collect()
}

/// A column of counts that has one row: their sum over all.
pub(crate) fn total(rows: &Table, name: &str) -> u64 {
    match rows.column(name).map(|it| &it.values) {
        Some(Values::Numbers(numbers)) => numbers.iter().map(whole).sum(),
        _ => 0,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are whole, at least 0, and at most 2^53, as the schema's reader holds"
)]
fn whole(number: Option<f64>) -> u64 {
    number.map_or(0, |number| number.max(0.0) as u64)
}
