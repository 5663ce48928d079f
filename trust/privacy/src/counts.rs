//! How often a column's values occur in each class.

use crate::{Classes, Column};

/// The values of a column by class.
pub(crate) struct Counts {
    /// Class and value of each row, in order.
    pairs: Vec<(u32, u32)>,
    values: usize,
}

/// The rows of one class, in the order of their values.
pub(crate) struct Class<'a>(&'a [(u32, u32)]);

impl Counts {
    pub(crate) fn of(classes: &Classes, column: &Column) -> Counts {
        let of_rows = classes.of_rows().iter().copied();
        let mut pairs: Vec<(u32, u32)> = of_rows.zip(column.codes().iter().copied()).collect();
        pairs.sort_unstable();
        Counts {
            pairs,
            values: column.values(),
        }
    }

    /// All classes.
    pub(crate) fn classes(&self) -> impl Iterator<Item = Class<'_>> {
        self.pairs.chunk_by(|a, b| a.0 == b.0).map(Class)
    }

    /// The share of each value in all rows.
    pub(crate) fn shares(&self) -> Vec<f64> {
        let mut counts = vec![0u64; self.values];
        for (_, value) in &self.pairs {
            counts[*value as usize] += 1;
        }
        let share = |count: u64| count as f64 / self.pairs.len() as f64;
        counts.into_iter().map(share).collect()
    }
}

impl Class<'_> {
    fn values(&self) -> impl Iterator<Item = &[(u32, u32)]> {
        self.0.chunk_by(|a, b| a.1 == b.1)
    }

    /// How many rows have each of its values that is not missing.
    pub(crate) fn counts_there(&self, column: &Column) -> Vec<u64> {
        let values = self.values();
        let there = values.filter(|rows| !column.is_missing(rows[0].1));
        there.map(|rows| rows.len() as u64).collect()
    }

    /// Each of its values and the share of its rows that have it.
    pub(crate) fn shares(&self) -> Vec<(usize, f64)> {
        let share = |rows: &[(u32, u32)]| rows.len() as f64 / self.0.len() as f64;
        self.values()
            .map(|rows| (rows[0].1 as usize, share(rows)))
            .collect()
    }
}
