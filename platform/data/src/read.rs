mod plan;

use std::fmt;
use std::io::Read;
use std::path::Path;

use consilium_schema::{Rows, Schema};

use crate::records::Records;
use crate::source::{self, Tap};
use crate::tally::{Start, Sums};
use crate::{Counts, Fields, Issue, Place, ReadError, Report, Row, RowFault, Table};
use plan::Plan;

/// Reads the file at `path` as `schema` says.
///
/// # Errors
///
/// See [`ReadError`]; a table is only given if every row of the file is in it.
pub fn read_file(path: &Path, schema: &Schema) -> Result<Loaded, ReadError> {
    Reading::new(schema).file(path)
}

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
        let Some(first) = records.advance()? else {
            return Err(ReadError::Empty);
        };
        let mut plan = Plan::new(self.schema, records.record())?;
        let mut rows = Collected {
            most_issues: self.most_issues,
            ..Collected::default()
        };
        let mut start = if plan.header_is_a_row {
            Some(first)
        } else {
            records.advance()?
        };
        while let Some(begun) = start {
            rows.add(&begun, records.record(), &mut plan);
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

/// What was found in the rows so far.
#[derive(Default)]
struct Collected {
    most_issues: usize,
    seen: usize,
    refused: usize,
    issues: Vec<Issue>,
    more: u64,
    /// The last row, if it is ragged: only the end of the file tells whether it is cut.
    ragged: Option<Issue>,
}

impl Collected {
    fn add(&mut self, start: &Start, record: &csv::StringRecord, plan: &mut Plan) {
        self.settle_ragged();
        self.seen += 1;
        let place = Place {
            line: start.line,
            row: Row(self.seen as u64),
        };
        let before = self.issues.len() as u64 + self.more;
        if start.zero_byte {
            self.note(Issue {
                place,
                fault: RowFault::ZeroByte,
            });
        }
        if start.text_after_quote {
            self.note(Issue {
                place,
                fault: RowFault::TextAfterQuote,
            });
        }
        let (found, expected) = (Fields(record.len()), plan.fields);
        if found == expected {
            plan.push(record, |fault| self.note(Issue { place, fault }));
        } else {
            let fault = RowFault::Ragged { found, expected };
            self.ragged = Some(Issue { place, fault });
        }
        let after = self.issues.len() as u64 + self.more;
        self.refused += usize::from(after > before || self.ragged.is_some());
    }

    fn note(&mut self, issue: Issue) {
        if self.issues.len() < self.most_issues {
            self.issues.push(issue);
        } else {
            self.more += 1;
        }
    }

    fn settle_ragged(&mut self) {
        if let Some(issue) = self.ragged.take() {
            self.note(issue);
        }
    }

    /// Holds the rows that were seen against those that were counted.
    fn finish(&mut self, sums: &Sums, header_is_a_row: bool) -> Result<Counts, ReadError> {
        if !sums.ends_with_break {
            self.last_row_may_be_cut();
        }
        self.settle_ragged();
        let rows_in_file = Rows(sums.records - u64::from(!header_is_a_row));
        if rows_in_file == Rows(0) {
            return Err(ReadError::HeaderOnly);
        }
        if Rows::from(self.seen) != rows_in_file {
            let (parsed, line) = (self.seen.into(), sums.last_line);
            return Err(ReadError::CountMismatch {
                counted: rows_in_file,
                parsed,
                line,
            });
        }
        Ok(Counts {
            rows_in_file,
            rows_read: (self.seen - self.refused).into(),
            rows_refused: self.refused.into(),
        })
    }

    fn last_row_may_be_cut(&mut self) {
        if let Some(Issue { fault, .. }) = &mut self.ragged
            && let RowFault::Ragged { found, expected } = *fault
            && found < expected
        {
            *fault = RowFault::CutShort { found, expected };
        }
    }
}
