//! A column as far as privacy is concerned: which rows have the same value, and which value comes before another.

use std::fmt;

use crate::PrivacyError;

/// The most rows of a table.
pub const MOST_ROWS: usize = u32::MAX as usize;

/// A column whose cells are numbered by their values, least first.
///
/// A missing cell is a value of its own, before all others: rows that lack the same thing look alike.
///
/// # Security
///
/// `Debug` shows name and length and never a cell.
#[derive(Clone)]
pub struct Column {
    name: String,
    codes: Vec<u32>,
    values: usize,
    missing: usize,
    is_ordered: bool,
}

impl Column {
    /// Makes a column of values that are the same or not, and nothing in between.
    ///
    /// # Errors
    ///
    /// [`PrivacyError::TooManyRows`] beyond [`MOST_ROWS`].
    pub fn of<T: Ord>(
        name: &str,
        cells: impl IntoIterator<Item = Option<T>>,
    ) -> Result<Column, PrivacyError> {
        let cells: Vec<Option<T>> = cells.into_iter().collect();
        if cells.len() > MOST_ROWS {
            let column = name.to_owned();
            return Err(PrivacyError::TooManyRows { column });
        }
        let mut values: Vec<&Option<T>> = cells.iter().collect();
        values.sort_unstable();
        values.dedup();
        let code = |cell| {
            let place = values.partition_point(|value| *value < cell);
            // No more values than rows, so none is cut.
            u32::try_from(place).unwrap_or(u32::MAX)
        };
        Ok(Column {
            name: name.to_owned(),
            codes: cells.iter().map(code).collect(),
            values: values.len(),
            missing: cells.iter().filter(|cell| cell.is_none()).count(),
            is_ordered: false,
        })
    }

    /// Says that values lie on a scale: how far two are apart is how many steps lie between them.
    #[must_use]
    pub fn ordered(mut self) -> Column {
        self.is_ordered = true;
        self
    }

    /// The column's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.codes.len()
    }

    /// How many cells are missing.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// How many different values there are, a missing one among them.
    pub fn values(&self) -> usize {
        self.values
    }

    /// The number of each row's value.
    pub(crate) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Whether a value's number is that of a missing one.
    pub(crate) fn is_missing(&self, code: u32) -> bool {
        self.missing > 0 && code == 0
    }

    /// Whether values lie on a scale; one with gaps, where cells are missing, is none.
    pub(crate) fn is_scale(&self) -> bool {
        self.is_ordered && self.missing == 0
    }
}

impl fmt::Debug for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Column")
            .field("name", &self.name)
            .field("rows", &self.rows())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_in_their_order_and_missing_ones_come_first() {
        let column = Column::of("age", [Some(40), None, Some(30), Some(40)]).unwrap();
        assert_eq!(column.codes(), [2, 0, 1, 2]);
        assert_eq!((column.values(), column.missing()), (3, 1));
        assert!(!column.ordered().is_scale());
    }

    #[test]
    fn no_cell_is_shown() {
        let column = Column::of("name", [Some("canary")]).unwrap();
        assert!(!format!("{column:?}").contains("canary"));
    }
}
