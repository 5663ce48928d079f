//! One institution's rows, column by column.

use std::fmt;

use crate::{Agreement, specification::Kind};

/// The values of one column; what is missing has none.
#[derive(Clone)]
pub enum Values {
    /// Of numbers and integers; NaN is missing, what lies out of the range is counted as such.
    Numbers(Vec<f64>),
    /// Of booleans.
    Booleans(Vec<Option<bool>>),
    /// Of categories: the place among the declared levels; one beyond them is a level that nobody
    /// declared.
    Levels(Vec<Option<u32>>),
    /// Of codes. Empty ones, longer ones than declared and those with a NUL are counted as outside.
    Codes(Vec<Option<Box<str>>>),
}

/// Rows of one institution.
#[derive(Clone)]
pub struct Table {
    rows: usize,
    columns: Vec<Values>,
    periods: Vec<Option<u32>>,
}

/// Its `Debug` shows the shape alone.
impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("rows", &self.rows)
            .field("columns", &self.columns.len())
            .finish_non_exhaustive()
    }
}

impl Values {
    /// Gives the number of rows.
    pub fn len(&self) -> usize {
        match self {
            Values::Numbers(values) => values.len(),
            Values::Booleans(values) => values.len(),
            Values::Levels(values) => values.len(),
            Values::Codes(values) => values.len(),
        }
    }

    /// Says whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn suits(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Number { .. } | Kind::Integer { .. } => matches!(self, Values::Numbers(_)),
            Kind::Boolean => matches!(self, Values::Booleans(_)),
            Kind::Category { .. } => matches!(self, Values::Levels(_)),
            Kind::Code { .. } => matches!(self, Values::Codes(_)),
        }
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Values({} rows)", self.len())
    }
}

impl Table {
    /// Takes columns in the agreement's order, and each row's place among the periods: empty where
    /// there are none.
    ///
    /// Nothing if columns are of other kinds or lengths than the agreement's, or the rows more.
    pub fn new(
        agreement: &Agreement,
        columns: Vec<Values>,
        periods: Vec<Option<u32>>,
    ) -> Option<Table> {
        let table = Table {
            rows: columns.first().map_or(0, Values::len),
            columns,
            periods,
        };
        table.suits(agreement).then_some(table)
    }

    /// Says whether these are rows of an agreement.
    pub(crate) fn suits(&self, agreement: &Agreement) -> bool {
        let spec = agreement.specification();
        let has_kinds = self.columns.len() == spec.columns.len()
            && self
                .columns
                .iter()
                .zip(&spec.columns)
                .all(|(values, column)| values.suits(&column.kind) && values.len() == self.rows);
        let periods = if spec.periods.is_empty() {
            0
        } else {
            self.rows
        };
        has_kinds && self.periods.len() == periods && self.rows as u64 <= spec.most_rows
    }

    /// Gives the number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn columns(&self) -> &[Values] {
        &self.columns
    }

    pub(crate) fn periods(&self) -> &[Option<u32>] {
        &self.periods
    }
}
