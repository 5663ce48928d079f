//! Where each table's cells stand among the elements of the sum.

use std::ops::Range;

use crate::Specification;

/// Tables of one and two columns, one after the other: all rows, each column's bins, then for each pair its
/// cells, those of the first bin of its first column first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    bins: Vec<usize>,
    /// Where each column's own table begins, and behind the last one the first pair's.
    singles: Vec<usize>,
    /// Where each pair's table begins, by its place, and behind the last one the end.
    pairs: Vec<usize>,
}

impl Layout {
    pub(crate) fn new(spec: &Specification) -> Layout {
        let bins: Vec<usize> = spec
            .columns
            .iter()
            .map(|column| column.bins.count())
            .collect();
        let mut at = 1;
        let mut singles = vec![at];
        for bins in &bins {
            at += bins;
            singles.push(at);
        }
        let mut pairs = vec![at];
        for (place, bins_of_one) in bins.iter().enumerate() {
            for bins_of_other in &bins[place + 1..] {
                at += bins_of_one * bins_of_other;
                pairs.push(at);
            }
        }
        Layout {
            bins,
            singles,
            pairs,
        }
    }

    /// Gives the number of elements.
    pub(crate) fn len(&self) -> usize {
        self.pairs.last().copied().unwrap_or(1)
    }

    /// Gives the number of columns.
    pub(crate) fn columns(&self) -> usize {
        self.bins.len()
    }

    /// Gives the bins of a column.
    pub(crate) fn bins(&self, column: usize) -> usize {
        self.bins[column]
    }

    /// Gives how many elements one row adds 1 to: all rows, each column, each pair.
    pub(crate) fn touched(&self) -> usize {
        self.bins.len() + self.pairs.len()
    }

    /// Gives where all tables are, of columns and of pairs.
    pub(crate) fn tables(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let between = |ends: &[usize]| ends[0]..ends[1];
        let singles = self.singles.windows(2).map(between);
        singles.chain(self.pairs.windows(2).map(between))
    }

    /// Gives where a column's table is.
    pub(crate) fn single(&self, column: usize) -> Range<usize> {
        self.singles[column]..self.singles[column + 1]
    }

    /// Gives where the table of two columns is, the first of which has the lower place.
    pub(crate) fn pair(&self, one: usize, other: usize) -> Range<usize> {
        debug_assert!(one < other, "pairs are ordered");
        // Pairs before those of `one`: of each column before it, all after that.
        let before = one * (2 * self.columns() - one - 1) / 2;
        let place = before + other - one - 1;
        self.pairs[place]..self.pairs[place + 1]
    }
}
