use crate::{Key, Reason, Report, Stop};

/// Why a declaration is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A key has some parts, not too many.
    #[error("a key has 1 to {} parts, not {found}", Key::MOST_PARTS)]
    Parts {
        /// How many are declared.
        found: usize,
    },
    /// Something is wrong with one part.
    #[error("part {number} (column {column:?}): {fault}")]
    Part {
        /// Which, counted from 1.
        number: usize,
        /// Its column.
        column: String,
        /// What is wrong.
        fault: KeyFault,
    },
}

/// What is wrong with a part of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// A part stands in a column.
    #[error("the name of the column is empty or has blanks at its ends")]
    Column,
    /// Parts stand in different columns.
    #[error("the column is in the key already")]
    Twice,
    /// An insurance number says how long it is.
    #[error(
        "an insurance-number needs lengths = [..]: ascending, 1 to {} each",
        Key::LONGEST_NUMBER
    )]
    Lengths,
    /// The key belongs to another kind.
    #[error("{key} has no meaning for this kind")]
    MisplacedKey {
        /// The key.
        key: &'static str,
    },
}

/// Why a row has no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// There is one cell for each part.
    #[error("{found} cells for {expected} parts")]
    Cells {
        /// Cells of the row.
        found: usize,
        /// Parts of the key.
        expected: usize,
    },
    /// A cell is missing or blank.
    #[error("part {} is missing", part + 1)]
    Missing {
        /// Which part, counted from 0.
        part: usize,
    },
    /// A cell is no part of a key.
    #[error("part {}: {reason}", part + 1)]
    Refused {
        /// Which part, counted from 0.
        part: usize,
        /// Why.
        reason: Reason,
    },
}

/// Why the rows of a table give no set of keys; the fault of whoever gave the table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntitiesError {
    /// There is one cell for each part.
    #[error("row {row} has {found} cells, the key has {expected} parts")]
    ColumnCount {
        /// The row.
        row: crate::Row,
        /// Cells of the row.
        found: usize,
        /// Parts of the key.
        expected: usize,
    },
    /// Rows are numbered with 32 bits.
    #[error("the table has more than {} rows", u32::MAX)]
    TooManyRows,
    /// Rows share a key, and the plan refuses that.
    #[error("{} rows share {} keys, and the plan refuses duplicates", .0.counts.repeated_rows, .0.counts.repeated_keys)]
    Duplicates(Box<Report>),
    /// No row has a valid key.
    #[error("none of {} rows has a valid key", .0.counts.rows)]
    NoKeys(Box<Report>),
}

impl EntitiesError {
    /// Gives the line of the table of texts.
    pub fn stop(&self) -> Stop {
        match self {
            EntitiesError::ColumnCount { .. } => Stop::ColumnCount,
            EntitiesError::TooManyRows => Stop::TooManyRows,
            EntitiesError::Duplicates(_) => Stop::Duplicates,
            EntitiesError::NoKeys(_) => Stop::NoKeys,
        }
    }

    /// Gives what was found in the rows, where it came to that.
    pub fn report(&self) -> Option<&Report> {
        match self {
            EntitiesError::Duplicates(report) | EntitiesError::NoKeys(report) => Some(report),
            _ => None,
        }
    }
}
