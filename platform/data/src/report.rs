use consilium_schema::{Delimiter, Encoding, Outside, Rows};
use serde::Serialize;

/// How a file was read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The encoding that was declared or found.
    pub encoding: Encoding,
    /// The delimiter that was declared or found.
    pub delimiter: Delimiter,
    /// Whether the file is compressed.
    pub gzip: bool,
    /// What became of its rows.
    #[serde(flatten)]
    pub counts: Counts,
    /// What a reader of the result should know.
    pub notes: Vec<Note>,
}

/// What became of the rows of a file.
///
/// `rows_in_file` comes from a scanner of its own; reading fails with
/// [`CountMismatch`](crate::ReadError::CountMismatch) unless the other two add up to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows of data in the file: records without the header.
    pub rows_in_file: Rows,
    /// Rows that became part of the table.
    pub rows_read: Rows,
    /// Rows with at least one fault.
    pub rows_refused: Rows,
}

/// What a reader of the result should know.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "note", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Note {
    /// No line break ends the file: its last cell may be cut.
    NoFinalLineBreak,
    /// Lines without any letter were passed over.
    BlankLines {
        /// How many.
        lines: u64,
    },
    /// Columns of the file that the schema doesn't declare were passed over.
    ColumnsNotDeclared {
        /// Their names.
        columns: Vec<String>,
    },
    /// Columns had no name, or another's, and were given one.
    ColumnsNamed {
        /// The names that were given.
        columns: Vec<String>,
    },
    /// Values outside the declared range or levels were changed by the schema's rule.
    Adjusted {
        /// The column.
        column: String,
        /// How many rows.
        rows: Rows,
        /// The rule.
        rule: Outside,
    },
}
