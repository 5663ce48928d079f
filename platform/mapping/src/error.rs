use std::io;
use std::path::PathBuf;

use consilium_data::ReadError;

use crate::{Fault, Mismatch, TextPlace};

/// How many of the rows that were refused are named.
pub(crate) const NAMED: usize = 5;

/// Names the first rows that were refused: what a query gives has rows and no lines.
fn refused(error: &ReadError) -> Option<String> {
    let ReadError::Refused(refusal) = error else {
        return None;
    };
    let (counts, named) = (refusal.report.counts, refusal.issues.iter().take(NAMED));
    let mut said = vec![format!(
        "{} of {} rows refused",
        counts.rows_refused, counts.rows_in_file
    )];
    said.extend(named.map(|issue| format!("row {}, {}", issue.place.row, issue.fault)));
    let more = refusal.issues.len().saturating_sub(NAMED) as u64 + refusal.more;
    if more > 0 {
        said.push(format!("and {more} more faults"));
    }
    Some(said.join("; "))
}

/// Why a text is no mapping.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// The text is longer than [`Mapping::LONGEST`](crate::Mapping::LONGEST).
    #[error("a mapping has at most 1 MiB")]
    TooLong,
    /// The text is no TOML, or a key or value is not one of a mapping's.
    #[error("{place}: {message}")]
    Toml {
        /// Where.
        place: TextPlace,
        /// What the parser says.
        message: String,
    },
    /// There is nothing to run.
    #[error("{place}: sql is empty: it is one SELECT")]
    NoQuery {
        /// Where.
        place: TextPlace,
    },
    /// Nothing says what must come out.
    #[error(
        "{place}: schema names the schema file of what the query gives, or features those of a catalogue"
    )]
    NoSchema {
        /// Where.
        place: TextPlace,
    },
    /// Two keys say what must come out.
    #[error("{place}: schema says what comes out already: leave one of schema and features out")]
    SchemaTwice {
        /// Where.
        place: TextPlace,
    },
    /// A catalogue without a feature of it.
    #[error("{place}: catalogue says whose features are meant, and no features are named")]
    NoFeatures {
        /// Where.
        place: TextPlace,
    },
    /// A feature is not one of the catalogue, or stands twice.
    #[error("{place}: the catalogue has no feature {feature:?}, or it is named twice")]
    Feature {
        /// Where.
        place: TextPlace,
        /// Its id.
        feature: String,
    },
    /// The file that comes out is written in one way, and its schema would read another.
    #[error(
        "{place}: the [file] of the schema declares {key}: what comes out is UTF-8 with commas and a \
         header, empty where a value is missing, so leave {key} out"
    )]
    SchemaFile {
        /// Where the mapping names the schema.
        place: TextPlace,
        /// The key of the schema's `[file]`.
        key: &'static str,
    },
    /// A query reads at least one file.
    #[error("no [[source]] is declared")]
    NoSource,
    /// A limit is not one that can be kept.
    #[error("{place}: {key} is from {least} to {most}")]
    Limit {
        /// Where.
        place: TextPlace,
        /// The key.
        key: &'static str,
        /// The least value.
        least: u64,
        /// The greatest value.
        most: u64,
    },
    /// Something is wrong with one source.
    #[error("{place}: source {source_name:?}: {fault}")]
    Source {
        /// Where.
        place: TextPlace,
        /// Its name.
        source_name: String,
        /// What is wrong.
        fault: SourceFault,
    },
}

/// What is wrong with the declaration of a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceFault {
    /// Names are seen as they are: 1 to 200 characters, none of them hidden, no blanks at the ends.
    #[error(
        "the name is empty, too long, or has blanks at its ends or characters that are not seen"
    )]
    Name,
    /// Names are different from each other, in more than the case of letters.
    #[error("declared twice")]
    Twice,
    /// A path names a file.
    #[error("the path is empty")]
    Path,
    /// A key says nothing about this format.
    #[error("{key} means nothing for this format")]
    Misplaced {
        /// The key.
        key: &'static str,
    },
    /// Levels belong to what comes out.
    #[error("a column of a source is no category: declare it as a code")]
    Category,
    /// `names` is for files without a header.
    #[error("names are given, but header is not false")]
    NamesBesideHeader,
    /// Without a header, names must be given.
    #[error("header is false: give all columns of the file a name in names")]
    NoNames,
    /// Names of columns are different from each other.
    #[error("names holds {column:?} twice")]
    NamedTwice {
        /// The name.
        column: String,
    },
}

/// Why a query gives no table. Places are named, values are not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The program that runs queries is not there.
    #[error("the program consilium-sql is not there")]
    NoProgram {
        /// Where it was looked for.
        looked: Vec<PathBuf>,
    },
    /// The program can't be started.
    #[error("can't start {}: {kind}", path.display())]
    Start {
        /// The program.
        path: PathBuf,
        /// What the operating system says.
        kind: io::ErrorKind,
    },
    /// There is no folder for what the query must put aside.
    #[error("can't make a folder for what the query puts aside: {kind}")]
    Spill {
        /// What the operating system says.
        kind: io::ErrorKind,
    },
    /// The program says what is wrong.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The program was ended, or ended without saying why.
    #[error("consilium-sql {how}{}", if said.is_empty() { String::new() } else { format!(": {said}") })]
    Died {
        /// How it ended.
        how: String,
        /// The last line that it wrote.
        said: String,
    },
    /// What came over the pipe breaks off or is something else.
    #[error("what consilium-sql sends breaks off or can't be read")]
    Stream,
    /// The query gives other columns than the schema declares.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Columns(Vec<Mismatch>),
    /// The query gives no row.
    #[error("the query gives no row")]
    NoRows,
    /// The time for all queries of which it is one is over: see [`Query::within`](crate::Query::within).
    #[error("the time for all queries together is over")]
    Over,
    /// Rows that the query gives are not what the schema says.
    #[error("what the query gives: {}", refused(.0).unwrap_or_else(|| .0.to_string()))]
    Rows(ReadError),
}
