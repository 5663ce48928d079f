use std::fmt;

use serde::Serialize;

/// A line of a file, counted from 1 as an editor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Line(pub u64);

/// A row of data, counted from 1; neither the header nor blank lines count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Row(pub u64);

/// A number of cells in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Fields(pub usize);

macro_rules! display_number {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}
display_number!(Line, Row, Fields);

/// Where a row begins; a row with line breaks in quotes ends further down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The line of the file.
    pub line: Line,
    /// The row of data.
    pub row: Row,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, row {}", self.line, self.row)
    }
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnRef {
    /// Counted from 1, from the left.
    pub number: usize,
    /// Its name.
    pub name: String,
}

impl fmt::Display for ColumnRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {} ({})", self.number, self.name)
    }
}

/// One thing that is wrong in a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Issue {
    /// Where the row is.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong.
    #[serde(flatten)]
    pub fault: RowFault,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            RowFault::Cell { column, fault } => write!(f, "{}, {column}: {fault}", self.place),
            fault => write!(f, "{}: {fault}", self.place),
        }
    }
}

/// What is wrong in a row.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RowFault {
    /// One cell is not what its column promises.
    #[error("{column}: {fault}")]
    Cell {
        /// The column.
        column: ColumnRef,
        /// What is wrong with the cell.
        #[serde(rename = "cell")]
        fault: CellFault,
    },
    /// A row has as many cells as the header, or as the first row where there is none.
    #[error("{found} cells where {expected} are due")]
    Ragged {
        /// Cells of the row.
        found: Fields,
        /// Cells of a row of this file.
        expected: Fields,
    },
    /// The last row is short and no line break follows it.
    #[error("the file ends in the middle of this row: {found} of {expected} cells")]
    CutShort {
        /// Cells of the row.
        found: Fields,
        /// Cells of a row of this file.
        expected: Fields,
    },
    /// Text holds no zero bytes; they come from damaged disks and from UTF-16 read as something else.
    #[error("a zero byte")]
    ZeroByte,
    /// After the quote that ends a cell comes a delimiter or the end of the line.
    #[error("text after the closing quote of a cell: a quote may be missing or not doubled")]
    TextAfterQuote,
}

/// What is wrong with a cell. Never holds the cell itself.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "what", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CellFault {
    /// A number is digits with a point, and an exponent at most.
    #[error("not a number")]
    NotANumber,
    /// NaN and infinity are no measurements.
    #[error("not a finite number")]
    NotFinite,
    /// An integer has no fraction.
    #[error("not a whole number")]
    NotWhole,
    /// Beyond 2^53 neighbouring integers run together.
    #[error("larger than 2^53: declare the column as a code")]
    TooLarge,
    /// The value lies outside the declared range.
    #[error("outside the declared range {}", range(*min, *max))]
    OutOfRange {
        /// The declared minimum.
        min: Option<f64>,
        /// The declared maximum.
        max: Option<f64>,
    },
    /// The value is no declared level.
    #[error("not one of the declared levels")]
    UnknownLevel,
    /// A category without declared levels has at most [`CellFault::MOST_LEVELS`].
    #[error(
        "more than {} levels: declare the column as a code",
        CellFault::MOST_LEVELS
    )]
    TooManyLevels,
    /// The value is none of the words for yes and no.
    #[error("neither yes nor no")]
    NotABoolean,
    /// The value is no day of the calendar in the declared order.
    #[error("not a date in the order {order}")]
    NotADate {
        /// The declared order.
        order: &'static str,
    },
    /// A code has its declared length; a shorter one may have lost leading zeros.
    #[error("{found} characters where {width} are due")]
    Width {
        /// Characters of the cell.
        found: u64,
        /// The declared length.
        width: u32,
    },
}

impl CellFault {
    /// The most levels that a category without declared levels may have.
    pub const MOST_LEVELS: usize = 100_000;
}

fn range(min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("from {min}"),
        (None, Some(max)) => format!("up to {max}"),
        (None, None) => "of all numbers".to_owned(),
    }
}
