mod batches;
mod collected;
mod intake;
mod plan;
mod texts;

use std::fmt;
use std::io::Read;
use std::path::Path;

use consilium_schema::Schema;

use crate::records::Records;
use crate::source::{self, Tap};
use crate::{Counts, Issue, ReadError, Report, Table};
use collected::Collected;
pub use intake::Intake;
use plan::Plan;

/// A table and how it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The table.
    pub table: Table,
    /// How it was read.
    pub report: Report,
}

/// Rows that were refused; no table is made of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The first faults, in the order of the file.
    pub issues: Vec<Issue>,
    /// How many more there are.
    pub more: u64,
    /// How the file was read.
    pub report: Report,
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            rows_in_file,
            rows_refused,
            ..
        } = self.report.counts;
        write!(f, "{rows_refused} of {rows_in_file} rows refused")?;
        if let Some(first) = self.issues.first() {
            write!(f, ", the first at {first}")?;
        }
        Ok(())
    }
}

/// One reading of a file, with its options.
pub struct Reading<'a> {
    schema: &'a Schema,
    most_issues: usize,
    tap: Option<Tap<'a>>,
}

impl fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("most_issues", &self.most_issues)
            .finish_non_exhaustive()
    }
}

impl<'a> Reading<'a> {
    /// A reading that keeps the first 20 faults.
    pub fn new(schema: &'a Schema) -> Self {
        Self {
            schema,
            most_issues: 20,
            tap: None,
        }
    }

    /// Keeps the first `most` faults; the others are only counted.
    #[must_use]
    pub fn keep_issues(mut self, most: usize) -> Self {
        self.most_issues = most;
        self
    }

    /// Shows `tap` every byte of the file as it lies on disk, in order.
    ///
    /// After a successful reading it has seen all of them, so the hash of a data set's content
    /// costs no second pass and can't be of another content than the table.
    #[must_use]
    pub fn tap(mut self, tap: &'a mut dyn FnMut(&[u8])) -> Self {
        self.tap = Some(tap);
        self
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn file(self, path: &Path) -> Result<Loaded, ReadError> {
        let file = source::open(path)?;
        self.stream(file)
    }

    /// Reads a file from any stream of bytes.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn stream(self, file: impl Read + 'a) -> Result<Loaded, ReadError> {
        let mut records = Records::new(file, self.schema.file(), self.tap)?;
        let first = records.begin()?;
        let mut plan = Plan::new(self.schema, records.record())?;
        let mut rows = Collected::keeping(self.most_issues);
        let mut start = if plan.header_is_a_row {
            Some(first)
        } else {
            records.advance()?
        };
        while let Some(begun) = start {
            let (record, fields) = (records.record(), plan.fields);
            rows.add(&begun, record, fields, |fault| plan.push(record, fault));
            start = records.advance()?;
        }
        let sums = records.finish()?;
        let counts = rows.finish(&sums, plan.header_is_a_row)?;
        let mut notes = sums.notes();
        let columns = plan.finish(self.schema, &mut notes);
        let report = records.report(counts, notes);
        if rows.refused > 0 {
            let Collected { issues, more, .. } = rows;
            return Err(ReadError::Refused(Box::new(Refusal {
                issues,
                more,
                report,
            })));
        }
        Ok(Loaded {
            table: Table::new(rows.seen, columns),
            report,
        })
    }
}
