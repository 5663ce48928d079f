use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::TextPlace;

/// The number of this form of requests; both programs are of one release.
pub const FORMAT: u32 = 3;

/// What gives rows their values and order, as a number that versions of data sets have in them: raised
/// when another release may give other rows for the same query, or the same ones in another order.
pub(crate) const ROWS: u32 = 1;

/// What runs queries. When its last part changes, see whether `ROWS` is to be raised.
pub const ENGINE: &str = concat!(
    "consilium-sql ",
    env!("CARGO_PKG_VERSION"),
    ", DataFusion 55.2.0"
);

/// What the program is asked, as one JSON text on its standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// [`FORMAT`].
    pub format: u32,
    /// [`ENGINE`].
    pub engine: String,
    /// The mapping's TOML.
    pub mapping: String,
    /// The absolute paths of its files, in declared order: the program goes by these, and not by the
    /// mapping's own.
    pub files: Vec<PathBuf>,
    /// An empty folder of which the caller disposes.
    pub spill: PathBuf,
    /// What to do.
    pub task: Task,
}

/// What the program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Read the headers, plan the query, and give the columns without a row.
    Plan,
    /// Run the query, and give its rows, the first `most` of them where that is said.
    Run {
        /// How many rows are wanted.
        most: Option<u64>,
    },
}

/// Why the program gives no rows, as one line of JSON at the end of its standard error.
///
/// # Security
///
/// Names of columns and files, places and texts of the query occur in it; values of rows don't.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fault {
    /// The request is not understood: the programs are of two releases.
    #[error("consilium-sql doesn't understand the request: it is of another release")]
    Request,
    /// A file can't be read, or a cell of it is not what is declared.
    #[error("source {name:?} ({path}): {message}")]
    Source {
        /// The source's name.
        name: String,
        /// Its path, as the mapping has it.
        path: String,
        /// What is wrong.
        message: String,
        /// The same in Chinese.
        in_chinese: String,
    },
    /// A file is not there.
    #[error(
        "source {name:?} ({path}): there is no such file; a path counts from the mapping's folder"
    )]
    NoFile {
        /// The source's name.
        name: String,
        /// Its path, as the mapping has it.
        path: String,
    },
    /// A declared column is not in the file.
    #[error("{place}: source {name:?} has no column {column:?}; it has {}", there.join(", "))]
    NoColumn {
        /// Where the mapping names the column.
        place: TextPlace,
        /// The source's name.
        name: String,
        /// The column.
        column: String,
        /// The columns that it has, the first of them if they are many.
        there: Vec<String>,
    },
    /// The query is more or other than one SELECT.
    #[error("{place}: the query is not one SELECT: nothing else is run")]
    Statement {
        /// Where the query begins.
        place: TextPlace,
    },
    /// The query can't be planned, in the engine's words.
    #[error("{place}: {message}")]
    Query {
        /// Where, or where the query begins.
        place: TextPlace,
        /// What is wrong.
        message: String,
    },
    /// The query asks for what this program doesn't give, in its own words.
    #[error("{place}: {message}")]
    Refused {
        /// Where the query names it.
        place: TextPlace,
        /// What is wrong.
        message: String,
        /// The same in Chinese.
        in_chinese: String,
    },
    /// A column has a type that doesn't go into a table.
    #[error("{place}: column {column:?} is of type {found}: CAST it to a number, a text or a date")]
    Type {
        /// Where the query names it last.
        place: TextPlace,
        /// The column.
        column: String,
        /// Its type.
        found: String,
    },
    /// The query fails over a value.
    #[error(
        "the query fails over a value: {what}; TRY_CAST and NULLIF make such a value a missing one"
    )]
    Value {
        /// What is wrong with it.
        what: String,
    },
    /// The query needs more memory than it may have.
    #[error(
        "the query needs more than {memory_mb} MiB: is a join's condition missing, or raise memory_mb in [limits]"
    )]
    Memory {
        /// What it may have.
        memory_mb: u64,
    },
    /// The query takes longer than it may.
    #[error(
        "the query takes longer than {seconds} s: is a join's condition missing, or raise seconds in [limits]"
    )]
    Time {
        /// What it may take.
        seconds: u64,
    },
    /// The query gives more rows than it may.
    #[error(
        "the query gives more than {rows} rows: is a join's condition missing, or raise rows in [limits]"
    )]
    Rows {
        /// What it may give.
        rows: u64,
    },
    /// The query puts more aside than it may.
    #[error(
        "the query puts more than {disk_mb} MiB aside: is a join's condition missing, or raise disk_mb in [limits]"
    )]
    Aside {
        /// What it may put aside.
        disk_mb: u64,
    },
    /// What the query puts aside does not fit on the disk.
    #[error("the query puts more aside than there is room for on the disk")]
    Disk,
    /// Something that should not happen.
    #[error("consilium-sql failed: {what}")]
    Internal {
        /// Which part.
        what: String,
    },
}
