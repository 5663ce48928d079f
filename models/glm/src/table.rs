//! One party's rows.

use std::fmt;

use consilium_evaluation::{Scored, Weight};

use crate::Regression;

/// The rows of one party, checked against the regression.
///
/// Its `Debug` shows the number of rows alone.
#[derive(Clone, PartialEq)]
pub struct Table {
    width: usize,
    features: Vec<f64>,
    labels: Vec<f64>,
    weight: Weight,
}

/// Why rows do not suit a regression.
///
/// Places are named and rows are counted; values are not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadTable {
    /// Features and labels do not make whole rows.
    #[error("{features} features and {labels} labels do not make rows of {columns} columns")]
    Shape {
        /// Feature values given.
        features: usize,
        /// Labels given.
        labels: usize,
        /// Columns of the regression.
        columns: usize,
    },
    /// More rows than the plan allows for one party.
    #[error("{rows} rows are given, the plan allows {most}")]
    TooManyRows {
        /// Rows given.
        rows: usize,
        /// Rows allowed.
        most: u64,
    },
    /// Values are infinite, outside the declared range, or not 0 or 1 in a 0/1 column.
    #[error("column '{column}' has {rows} rows outside its declared values")]
    Values {
        /// The column.
        column: String,
        /// How many rows.
        rows: usize,
    },
    /// Labels are missing, outside the declared range, or none of the family's.
    #[error("{rows} rows have no label, or one outside its declared values")]
    Labels {
        /// How many rows.
        rows: usize,
    },
}

impl Table {
    /// Takes rows: `features` row by row in the order of the columns, NaN where missing.
    ///
    /// # Errors
    ///
    /// [`BadTable`] names the first column that does not suit.
    pub fn new(
        regression: &Regression,
        features: Vec<f64>,
        labels: Vec<f64>,
    ) -> Result<Table, BadTable> {
        let spec = regression.specification();
        let width = spec.columns.len();
        if features.len() != labels.len() * width {
            let (features, labels) = (features.len(), labels.len());
            return Err(BadTable::Shape {
                features,
                labels,
                columns: width,
            });
        }
        if labels.len() as u64 > spec.most_rows {
            return Err(BadTable::TooManyRows {
                rows: labels.len(),
                most: spec.most_rows,
            });
        }
        let bad_label = |label: &&f64| !spec.family.allows(**label) || !spec.labels.holds(**label);
        let rows = labels.iter().filter(bad_label).count();
        if rows > 0 {
            return Err(BadTable::Labels { rows });
        }
        for (place, column) in spec.columns.iter().enumerate() {
            let values = features.iter().skip(place).step_by(width);
            let rows = values
                .filter(|v| !v.is_nan() && !column.kind.allows(**v))
                .count();
            if rows > 0 {
                return Err(BadTable::Values {
                    column: column.name.clone(),
                    rows,
                });
            }
        }
        Ok(Table {
            width,
            features,
            labels,
            weight: Weight::FULL,
        })
    }

    /// Has the rows count that much in fits: loss, gradient and information of each are multiplied by it.
    ///
    /// What columns are standardised by, counts of rows and measures of a model stay as they are.
    #[must_use]
    pub fn weighted(self, weight: Weight) -> Table {
        Table { weight, ..self }
    }

    /// Gives how much each row counts.
    pub fn weight(&self) -> Weight {
        self.weight
    }

    /// Counts the rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// Gives each row's features, NaN where missing, and its label.
    pub fn iter(&self) -> impl Iterator<Item = (&[f64], f64)> {
        self.features
            .chunks_exact(self.width)
            .zip(self.labels.iter().copied())
    }

    /// Scores the rows by a model.
    pub fn score(&self, predict: impl Fn(&[f64]) -> f64) -> Vec<Scored> {
        let scored = |(features, label)| Scored {
            score: predict(features),
            label,
        };
        self.iter().map(scored).collect()
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("rows", &self.rows())
            .finish_non_exhaustive()
    }
}
