use crate::{BadDay, Unclear};

/// Why a file of codes can't be read. No message holds what stands in a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodesError {
    /// The file is packed, and broken.
    #[error("the file is no whole gzip file")]
    Gzip,
    /// Files are bounded before they are unpacked.
    #[error("the file is longer than {most} bytes unpacked")]
    TooLong {
        /// How long it may be.
        most: u64,
    },
    /// All files are UTF-8.
    #[error("the file is not UTF-8: save it so, or convert it first")]
    Encoding,
    /// Head and body are told apart by a line of three hyphens.
    #[error("no line of three hyphens between the head in TOML and the rows in CSV")]
    NoBody,
    /// The head is no TOML, or says something else than it should.
    #[error("line {line}: {message}")]
    Head {
        /// Counted from 1.
        line: u64,
        /// What the parser says.
        message: String,
    },
    /// The file is of another kind, or of a later format.
    #[error("the file is a {found:?}, and a {wanted:?} is needed")]
    Kind {
        /// What is needed.
        wanted: &'static str,
        /// What it says to be.
        found: String,
    },
    /// A head names a system that is none of [`crate::Form::SYSTEMS`], and no house's own.
    #[error(
        "no code system {found:?}: known are {}, and local-NAME for a house's own",
        systems()
    )]
    System {
        /// What it names.
        found: String,
    },
    /// What is declared about the whole contradicts itself.
    #[error("the head: {0}")]
    Declared(&'static str),
    /// The body is no CSV.
    #[error("line {line}: no CSV")]
    Csv {
        /// Counted from 1.
        line: u64,
    },
    /// A column is not known, or comes twice.
    #[error("line {line}: column {place} is not known here, or comes twice")]
    Column {
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        place: usize,
    },
    /// A column is missing.
    #[error("line {line}: no column {name:?}")]
    NoColumn {
        /// Counted from 1.
        line: u64,
        /// Its name.
        name: &'static str,
    },
    /// Something is wrong with a row.
    #[error("line {line}: {fault}")]
    Row {
        /// Counted from 1.
        line: u64,
        /// What.
        fault: RowFault,
    },
    /// Ways are gone through one by one, so they are bounded.
    #[error("a code has more than {most} ways")]
    TooManyWays {
        /// How many there may be.
        most: u64,
    },
    /// Codes that are written together are bounded too.
    #[error("a code needs more than {most} codes together")]
    TooManyTogether {
        /// How many there may be.
        most: u64,
    },
    /// Two maps don't meet: one leads to another system or version than the other starts from.
    #[error("the first map leads to {to}, the second starts from {from}")]
    Apart {
        /// Where the first leads.
        to: String,
        /// Where the second starts.
        from: String,
    },
}

fn systems() -> String {
    crate::Form::SYSTEMS.map(|(id, _)| id).join(", ")
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowFault {
    /// There is a cell for each column.
    #[error("{found} cells under {expected} columns")]
    Cells {
        /// Cells of the row.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// A code is not in the normal form of its system; `codes import` and `codes normal` bring it there.
    #[error("{column}: {unclear}")]
    Unclear {
        /// In which column.
        column: &'static str,
        /// Why.
        unclear: Unclear,
    },
    /// A code is written in another way than its normal form.
    #[error("{column}: the code is not in its normal form")]
    NotNormal {
        /// In which column.
        column: &'static str,
    },
    /// A code or name stands in one row only.
    #[error("the same stands in line {first}")]
    Twice {
        /// Where it stands first.
        first: u64,
    },
    /// A source is taken whole or not at all.
    #[error("line {line}, of the same source, can't be taken")]
    Beside {
        /// The line that can't be taken.
        line: u64,
    },
    /// What a row refers to must be in the table.
    #[error("{column}: the table has no such code")]
    Nowhere {
        /// In which column.
        column: &'static str,
    },
    /// A decision on a name is one of those that there are.
    #[error("decision: neither empty, nor 1 to {most}, none, or a canonical name of the library")]
    Decision {
        /// The number of the last candidate.
        most: usize,
    },
    /// Parents lead to a top.
    #[error("the parents lead back to the code itself")]
    Circle,
    /// A day is written like 2026-01-31.
    #[error("{column}: {day}")]
    Day {
        /// In which column.
        column: &'static str,
        /// How days are written.
        day: BadDay,
    },
    /// What begins ends later, or not at all.
    #[error("the code is valid until a day before it is valid from")]
    Backwards,
    /// A status is one of three.
    #[error("the status is active, stopped, or replaced-by:CODE")]
    Status,
    /// A number or flag is out of its range.
    #[error("{column}: not one of the values that can stand here")]
    Value {
        /// In which column.
        column: &'static str,
    },
    /// A row says that nothing is matched, and names what.
    #[error("a row without a target stands alone, with neither scenario nor choice")]
    NoTarget,
    /// A cell must not be empty.
    #[error("{column} is empty")]
    Empty {
        /// In which column.
        column: &'static str,
    },
}
