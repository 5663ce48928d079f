//! One institution's rows in bins, and the tables that are counted of them.

use std::fmt;

use consilium_base::Seed;
use rand_core::Rng as _;

use crate::{Agreement, Bins};

/// Groups into which rows are put by chance, so that whole groups can be drawn again for an interval.
pub(crate) const GROUPS: usize = 64;

/// The values of one column; what is missing has none.
#[derive(Clone)]
pub enum Values {
    /// Of a column with cut points; NaN is missing.
    Numbers(Vec<f64>),
    /// Of a boolean column.
    Booleans(Vec<Option<bool>>),
    /// Of a column with levels: the place among them; one beyond them counts as missing.
    Levels(Vec<Option<u32>>),
}

/// Its `Debug` shows the shape alone.
impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Values({} rows)", self.len())
    }
}

impl Values {
    /// Gives the number of rows.
    pub fn len(&self) -> usize {
        match self {
            Values::Numbers(values) => values.len(),
            Values::Booleans(values) => values.len(),
            Values::Levels(values) => values.len(),
        }
    }

    /// Says whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts each value into its bin; nothing if the column is of another kind.
    fn binned(&self, bins: &Bins) -> Option<Vec<u8>> {
        let missing = bins.missing();
        let binned: Vec<usize> = match (self, bins) {
            (Values::Numbers(values), Bins::Cuts(cuts)) => {
                let bin = |value: &f64| {
                    if value.is_nan() {
                        missing
                    } else {
                        cuts.partition_point(|cut| cut <= value)
                    }
                };
                values.iter().map(bin).collect()
            }
            (Values::Booleans(values), Bins::Boolean) => {
                let bin = |value: &Option<bool>| value.map_or(missing, usize::from);
                values.iter().map(bin).collect()
            }
            (Values::Levels(values), Bins::Levels(_)) => {
                let bin = |value: &Option<u32>| value.map_or(missing, |place| place as usize);
                values.iter().map(|value| bin(value).min(missing)).collect()
            }
            _ => return None,
        };
        let small = binned.into_iter().map(u8::try_from);
        small.collect::<Result<_, _>>().ok()
    }
}

/// Rows of one institution, each value in its bin.
#[derive(Clone)]
pub struct Rows {
    rows: usize,
    columns: Vec<Vec<u8>>,
}

/// Its `Debug` shows the shape alone.
impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("rows", &self.rows)
            .field("columns", &self.columns.len())
            .finish_non_exhaustive()
    }
}

impl Rows {
    /// Takes columns in the agreement's order.
    ///
    /// Nothing if columns are of other kinds or lengths than the agreement's, or the rows none or too many.
    pub fn new(agreement: &Agreement, columns: &[Values]) -> Option<Rows> {
        let spec = agreement.specification();
        let rows = columns.first().map_or(0, Values::len);
        let is_even = columns.iter().all(|values| values.len() == rows);
        if columns.len() != spec.columns.len() || !is_even {
            return None;
        }
        let pairs = columns.iter().zip(&spec.columns);
        let columns: Option<Vec<_>> = pairs
            .map(|(values, column)| values.binned(&column.bins))
            .collect();
        let rows = Rows {
            rows,
            columns: columns?,
        };
        rows.suits(agreement).then_some(rows)
    }

    /// Says whether these are rows of an agreement.
    pub(crate) fn suits(&self, agreement: &Agreement) -> bool {
        let layout = agreement.layout();
        let is_in = |(place, column): (usize, &Vec<u8>)| {
            column
                .iter()
                .all(|bin| usize::from(*bin) < layout.bins(place))
        };
        let most = agreement.specification().most_rows;
        self.columns.len() == layout.columns()
            && (1..=most).contains(&(self.rows as u64))
            && self.columns.iter().enumerate().all(is_in)
    }

    /// Gives the number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Gives the bin of a row in a column.
    pub(crate) fn bin(&self, row: usize, column: usize) -> usize {
        usize::from(self.columns[column][row])
    }

    /// Counts the tables of each of [`GROUPS`] groups, into which rows fall by chance.
    pub(crate) fn tables(&self, agreement: &Agreement, seed: &Seed) -> Vec<Vec<u32>> {
        let layout = agreement.layout();
        let mut generator = seed.generator();
        let groups: Vec<usize> = (0..self.rows)
            .map(|_| generator.next_u32() as usize % GROUPS)
            .collect();
        let mut tables = vec![vec![0_u32; layout.len()]; GROUPS];
        for group in &groups {
            tables[*group][0] += 1;
        }
        for (place, one) in self.columns.iter().enumerate() {
            let single = layout.single(place).start;
            for (bin, group) in one.iter().zip(&groups) {
                tables[*group][single + usize::from(*bin)] += 1;
            }
            for (next, other) in self.columns.iter().enumerate().skip(place + 1) {
                let (start, width) = (layout.pair(place, next).start, layout.bins(next));
                for ((bin, other), group) in one.iter().zip(other).zip(&groups) {
                    tables[*group][start + usize::from(*bin) * width + usize::from(*other)] += 1;
                }
            }
        }
        tables
    }
}
