//! Rows with labels.

use std::{collections::HashSet, fmt};

use consilium_evaluation::Weight;

use crate::{MOST_COLUMNS, Objective};

/// The most rows of a table: sums of more could not be told apart in 29 bits.
pub const MOST_ROWS: usize = 1 << 28;

/// A column of numbers: its name and its values, NaN where missing.
#[derive(Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its values, one for each row.
    pub values: Vec<f64>,
}

impl fmt::Debug for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Column")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Columns and labels of the same rows, checked.
///
/// Its `Debug` shows counts alone.
#[derive(Clone, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    labels: Vec<f64>,
    weights: Option<Vec<f64>>,
}

/// Why columns and labels make no table.
///
/// Places are named and rows are counted; values are not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadTable {
    /// There are no columns, or too many.
    #[error("{columns} columns are given, 1 to {MOST_COLUMNS} are allowed")]
    Columns {
        /// How many.
        columns: usize,
    },
    /// Two columns have one name.
    #[error("two columns are named '{column}'")]
    Twice {
        /// The name.
        column: String,
    },
    /// A column is shorter or longer than the labels are.
    #[error("column '{column}' has {values} values for {rows} labels")]
    Shape {
        /// The column.
        column: String,
        /// Its values.
        values: usize,
        /// The labels.
        rows: usize,
    },
    /// There are too many rows.
    #[error("{rows} rows are given, at most {MOST_ROWS} are allowed")]
    TooManyRows {
        /// How many.
        rows: usize,
    },
    /// Values are infinite.
    #[error("column '{column}' has {rows} rows with infinite values")]
    Infinite {
        /// The column.
        column: String,
        /// How many rows.
        rows: usize,
    },
    /// Labels are missing or none that the objective has a loss for.
    #[error("{rows} rows have no label, or none for the objective {objective}")]
    Labels {
        /// How many rows.
        rows: usize,
        /// The objective's name.
        objective: &'static str,
    },
    /// Weights are too few or too many, or no finite numbers over 0.
    #[error(
        "{rows} rows have no weight over 0 and below 10^9, or there are not as many weights as rows"
    )]
    Weights {
        /// How many rows.
        rows: usize,
    },
}

impl Table {
    /// Takes columns and labels of the same rows.
    ///
    /// # Errors
    ///
    /// [`BadTable`] names the first column that does not suit.
    pub fn new(
        objective: Objective,
        columns: Vec<Column>,
        labels: Vec<f64>,
    ) -> Result<Table, BadTable> {
        if columns.is_empty() || columns.len() > MOST_COLUMNS {
            let columns = columns.len();
            return Err(BadTable::Columns { columns });
        }
        Table::check(objective, columns, labels)
    }

    /// Takes labels of rows whose columns are all at others.
    ///
    /// # Errors
    ///
    /// [`BadTable`] as far as it is of labels.
    pub fn of_labels(objective: Objective, labels: Vec<f64>) -> Result<Table, BadTable> {
        Table::check(objective, Vec::new(), labels)
    }

    fn check(
        objective: Objective,
        columns: Vec<Column>,
        labels: Vec<f64>,
    ) -> Result<Table, BadTable> {
        let rows = labels.len();
        if rows > MOST_ROWS {
            return Err(BadTable::TooManyRows { rows });
        }
        let mut names = HashSet::new();
        for column in &columns {
            let name = || column.name.clone();
            if !names.insert(&column.name) {
                return Err(BadTable::Twice { column: name() });
            }
            let values = column.values.len();
            if values != rows {
                let column = name();
                return Err(BadTable::Shape {
                    column,
                    values,
                    rows,
                });
            }
            let infinite = column.values.iter().filter(|value| value.is_infinite());
            let rows = infinite.count();
            if rows > 0 {
                let column = name();
                return Err(BadTable::Infinite { column, rows });
            }
        }
        let bad = labels.iter().filter(|label| !objective.allows(**label));
        let rows = bad.count();
        if rows > 0 {
            let objective = objective.name();
            return Err(BadTable::Labels { rows, objective });
        }
        Ok(Table {
            columns,
            labels,
            weights: None,
        })
    }

    /// Gives each row a weight: its loss counts as often.
    ///
    /// # Errors
    ///
    /// If there are not as many weights as rows, or one is not over 0 and below 10^9.
    pub fn with_weights(self, weights: Vec<f64>) -> Result<Table, BadTable> {
        let allowed = |weight: &f64| *weight > 0.0 && *weight < 1e9;
        let rows = self.rows().abs_diff(weights.len())
            + weights.iter().filter(|weight| !allowed(weight)).count();
        if rows > 0 {
            return Err(BadTable::Weights { rows });
        }
        Ok(Table {
            weights: Some(weights),
            ..self
        })
    }

    /// Has all rows count that much in fits, as the rows of one of several parties do.
    #[must_use]
    pub fn weighted(self, weight: Weight) -> Table {
        let weights = (weight != Weight::FULL).then(|| vec![weight.get(); self.labels.len()]);
        Table { weights, ..self }
    }

    /// Counts the rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// Gives the columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Gives the labels.
    pub fn labels(&self) -> &[f64] {
        &self.labels
    }

    /// Gives the weights, if rows differ in weight.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// Gives each column's values.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.columns.iter().map(|column| column.values.as_slice())
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("rows", &self.rows())
            .field("columns", &self.columns.len())
            .finish_non_exhaustive()
    }
}
