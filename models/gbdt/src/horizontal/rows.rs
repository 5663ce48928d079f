//! Whether one party's rows suit what was agreed on.

use consilium_evaluation::Weight;

use super::{Agreement, Feature};
use crate::{Column, Table};

/// Why one party's rows do not suit what was agreed on.
///
/// Places are named and rows are counted; values are not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadRows {
    /// There are more or fewer columns.
    #[error("{columns} columns are given, {agreed} were agreed on")]
    Columns {
        /// Columns given.
        columns: usize,
        /// Columns agreed on.
        agreed: usize,
    },
    /// More rows than the plan allows for one party.
    #[error("{rows} rows are given, the plan allows {most}")]
    TooMany {
        /// Rows given.
        rows: usize,
        /// Rows allowed.
        most: u64,
    },
    /// Values are none that were declared.
    #[error("column '{column}' has {rows} rows outside its declared values")]
    Values {
        /// The column.
        column: String,
        /// How many rows.
        rows: usize,
    },
    /// Labels are outside the declared range.
    #[error("{rows} rows have no label, or one outside its declared values")]
    Labels {
        /// How many rows.
        rows: usize,
    },
    /// They are no table at all.
    #[error(transparent)]
    Table(#[from] crate::BadTable),
}

impl Agreement {
    /// Takes one party's rows, columns in the order agreed on.
    ///
    /// # Errors
    ///
    /// [`BadRows`] names the first column that does not suit.
    pub fn table(&self, columns: Vec<Vec<f64>>, labels: Vec<f64>) -> Result<Table, BadRows> {
        self.check(columns.iter().map(Vec::as_slice), &labels)?;
        let shared = self.shared();
        let named = |(feature, values): (&Feature, Vec<f64>)| Column {
            name: feature.name.clone(),
            values,
        };
        let columns = shared.columns.iter().zip(columns).map(named).collect();
        let objective = shared.boosting.specification().objective;
        Ok(Table::new(objective, columns, labels)?)
    }

    fn check<'a>(
        &self,
        columns: impl ExactSizeIterator<Item = &'a [f64]>,
        labels: &[f64],
    ) -> Result<(), BadRows> {
        let shared = self.shared();
        let rows = labels.len();
        if columns.len() != shared.columns.len() {
            let (columns, agreed) = (columns.len(), shared.columns.len());
            return Err(BadRows::Columns { columns, agreed });
        }
        if rows as u64 > shared.most_rows {
            let most = shared.most_rows;
            return Err(BadRows::TooMany { rows, most });
        }
        for (feature, values) in shared.columns.iter().zip(columns) {
            let allowed = |value: &&f64| value.is_nan() || feature.values.allows(**value);
            let rows = values.len() - values.iter().filter(allowed).count();
            if rows > 0 {
                let column = feature.name.clone();
                return Err(BadRows::Values { column, rows });
            }
        }
        let outside = labels.iter().filter(|label| !shared.labels.holds(**label));
        let rows = outside.count();
        if rows > 0 {
            return Err(BadRows::Labels { rows });
        }
        Ok(())
    }

    /// Says whether a table has the columns agreed on, with values and labels that they may have, and
    /// rows that all count the same, at most in full: sums have room for no more.
    pub(crate) fn suits(&self, table: &Table) -> bool {
        let columns = self.shared().columns.iter().zip(table.columns());
        let mut names = columns.map(|(feature, column)| feature.name == column.name);
        let fits = self.check(table.values(), table.labels()).is_ok();
        fits && names.all(|is_same| is_same) && table.weights().is_none_or(is_one_weight)
    }
}

/// Says whether weights are all the same, and that of a party.
#[expect(clippy::float_cmp, reason = "they are copies of one number")]
fn is_one_weight(weights: &[f64]) -> bool {
    weights.first().is_none_or(|first| {
        Weight::try_from(*first).is_ok() && weights.iter().all(|weight| weight == first)
    })
}
