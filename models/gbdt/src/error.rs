//! Why rows give no model.

/// Why a fit over rows in one place ended without a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// There are no rows to train on.
    #[error("there are no rows to train on")]
    NoRows,
    /// No row was drawn to be held out, so that early stopping has no loss to go by.
    #[error("the share of rows for early stopping holds out none of them, or all")]
    NothingHeldOut,
    /// The table has labels alone.
    #[error("there are no columns to grow trees on")]
    NoColumns,
    /// The specification names a column that the table does not have.
    #[error("there is no column '{column}', which the specification names")]
    NoColumn {
        /// The column.
        column: String,
    },
    /// The cut points are those of other columns.
    #[error("cut points of {cuts} columns do not suit a table of {columns}")]
    Columns {
        /// Columns of the cut points.
        cuts: usize,
        /// Columns of the table.
        columns: usize,
    },
    /// Segments don't make up the table.
    #[error("segments of {segments} rows do not make up a table of {rows}")]
    Segments {
        /// Rows of all segments.
        segments: usize,
        /// Rows of the table.
        rows: usize,
    },
    /// Losses or gradients grew beyond all numbers.
    #[error("the gradients of tree {tree} are no finite numbers: the labels are too extreme")]
    Diverged {
        /// The tree, counted from 0.
        tree: u32,
    },
    /// Whoever watches the fit stopped it.
    #[error("the fit was stopped")]
    Stopped,
}
