//! A first schema for a file that has none.
//!
//! A draft guesses and says so: it refuses no cell, and leaves what a person must decide (ranges,
//! units, whether numbers are codes) as remarks.

mod evidence;
mod infer;
mod sample;

use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

use consilium_schema::{
    Delimiter, DuplicateHeaders, Encoding, FileFormat, Header, RawFile, RawSchema, Rows, Schema,
    SchemaError, is_shown,
};
use csv::StringRecord;

use crate::records::{self, Records};
use crate::{Counts, Note, ReadError, Report, source};
use evidence::Evidence;

pub use sample::{Sample, sample_file};

/// A drafted schema and what its reader should look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The schema; it reads the file that it was drafted from.
    pub schema: Schema,
    /// For each column of the schema, what a person should look at.
    pub remarks: Vec<Vec<Remark>>,
    /// How the file was read; ragged rows count as refused.
    pub report: Report,
}

/// What a person should look at.
///
/// # Security
///
/// Remarks (and the levels of drafted categories) hold values of the rows: they are for the owner.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Remark {
    /// The column is empty throughout.
    NoValue,
    /// The least and the greatest value of this file; a range should be what is plausible.
    Seen {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// Few whole numbers: these may be the levels of a category.
    FewNumbers {
        /// They, in order.
        levels: Vec<i64>,
    },
    /// The only negative number, which often means "missing".
    MaybeMissing {
        /// The number.
        marker: i64,
        /// How many rows have it.
        rows: Rows,
    },
    /// A text among numbers or dates was taken to mean "missing".
    TakenAsMissing {
        /// The text.
        marker: String,
        /// How many rows have it.
        rows: Rows,
    },
    /// Numbers, but for infinite ones, which no model takes.
    Infinite {
        /// How many rows have one.
        rows: Rows,
    },
    /// Numbers with leading zeros, or too long for a number: a code.
    CodeOfDigits,
    /// The times of day beside the dates are dropped.
    TimeOfDayDropped,
    /// Day first or month first: the file doesn't tell.
    DayOrMonthFirst,
}

impl Draft {
    /// The schema as TOML, with each remark as a comment in the words that `say` finds for it.
    pub fn annotated(&self, say: impl Fn(&Remark) -> String) -> String {
        let mut text = self.schema.file().to_string();
        for (column, remarks) in self.schema.columns().iter().zip(&self.remarks) {
            text.push('\n');
            for line in remarks
                .iter()
                .map(&say)
                .flat_map(|said| comment_lines(&said))
            {
                text.push_str(&line);
            }
            write!(text, "{column}").expect("a string takes any text");
        }
        text
    }
}

fn comment_lines(said: &str) -> Vec<String> {
    let printable = |line: &str| line.replace(char::is_control, " ");
    said.lines()
        .map(|line| format!("# {}\n", printable(line)))
        .collect()
}

/// Drafts a schema for the file at `path`.
///
/// # Errors
///
/// Only what stops any reading: the file can't be opened, is empty, is no text, or is cut.
pub fn draft_file(path: &Path) -> Result<Draft, ReadError> {
    draft_stream(source::open(path)?)
}

/// Drafts a schema for a file from any stream of bytes.
///
/// # Errors
///
/// As [`draft_file`].
pub fn draft_stream(file: impl Read) -> Result<Draft, ReadError> {
    let mut records = Records::new(file, &FileFormat::default(), None)?;
    records.begin()?;
    let first = records.record().clone();
    let mut evidence: Vec<Evidence> = first.iter().map(Evidence::new).collect();
    let mut ragged = 0;
    while records.advance()?.is_some() {
        ragged += u64::from(!observe(&mut evidence, records.record()));
    }
    let sums = records.finish()?;
    let header = has_header(&first, &evidence);
    if !header {
        observe(&mut evidence, &first);
    }
    let rows = Rows(sums.records - u64::from(header));
    let counts = Counts {
        rows_in_file: rows,
        rows_read: Rows(rows.0 - ragged),
        rows_refused: Rows(ragged),
    };
    let report = records.report(counts, sums.notes());
    conclude(&first, &evidence, header, report)
}

fn observe(evidence: &mut [Evidence], record: &StringRecord) -> bool {
    if record.len() != evidence.len() {
        return false;
    }
    evidence
        .iter_mut()
        .zip(record)
        .for_each(|(evidence, cell)| evidence.observe(cell));
    true
}

/// A first record with a number, a date or a missing marker in it is a row; so is one that has the
/// shape of what follows, as in a list of codes.
fn has_header(first: &StringRecord, evidence: &[Evidence]) -> bool {
    !first.iter().any(evidence::is_value) && !evidence.iter().any(Evidence::first_is_alike)
}

fn conclude(
    first: &StringRecord,
    evidence: &[Evidence],
    header: bool,
    mut report: Report,
) -> Result<Draft, ReadError> {
    let (names, made_up) = if header {
        records::header(first, DuplicateHeaders::Number)?
    } else {
        (
            (1..=evidence.len())
                .map(|number| format!("column_{number}"))
                .collect(),
            Vec::new(),
        )
    };
    let doubled = made_up.iter().any(|number| {
        first.get(number - 1).is_some_and(|cell| {
            !cell
                .replace(|letter| !is_shown(letter), " ")
                .trim()
                .is_empty()
        })
    });
    if !made_up.is_empty() {
        let columns = made_up
            .iter()
            .map(|number| names[number - 1].clone())
            .collect();
        report.notes.push(Note::ColumnsNamed { columns });
    }
    let (columns, remarks) = names
        .iter()
        .zip(evidence)
        .map(|(name, evidence)| infer::column(name, evidence))
        .unzip();
    let file = RawFile {
        // Pure ASCII today may be GBK tomorrow; a rarer encoding is better pinned.
        encoding: match report.encoding {
            Encoding::Utf8 => Encoding::Auto,
            found => found,
        },
        delimiter: report.delimiter,
        header: Some(header),
        duplicate_headers: if doubled {
            DuplicateHeaders::Number
        } else {
            DuplicateHeaders::Refuse
        },
        ..RawFile::default()
    };
    let schema: Result<Schema, SchemaError> = RawSchema::new(file, columns).try_into();
    let schema = schema.expect("names are unique and trimmed, levels are distinct and no markers");
    debug_assert!(header == (schema.file().header == Header::Present));
    debug_assert!(schema.file().delimiter != Delimiter::Auto);
    Ok(Draft {
        schema,
        remarks,
        report,
    })
}
