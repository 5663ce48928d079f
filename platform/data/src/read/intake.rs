use std::fmt;

use consilium_schema::{Delimiter, Encoding, Schema};

use super::{Loaded, Refusal, collected::Collected, plan::Plan};
use crate::{Counts, Issue, Line, Place, ReadError, Report, Row, Table};

/// Rows that come from elsewhere than a file of text, held against a schema cell by cell.
///
/// Cells are judged as those of a file are; a place names the row twice, for there are no lines.
pub struct Intake<'a> {
    schema: &'a Schema,
    plan: Plan,
    rows: Collected,
}

impl fmt::Debug for Intake<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Intake({} rows)", self.rows.seen)
    }
}

impl<'a> Intake<'a> {
    /// Begins with columns of these names, and keeps the first `most_issues` faults.
    ///
    /// # Errors
    ///
    /// [`ReadError::MissingColumns`], if the schema declares others.
    pub fn new(
        schema: &'a Schema,
        names: Vec<String>,
        most_issues: usize,
    ) -> Result<Self, ReadError> {
        Ok(Self {
            schema,
            plan: Plan::of(schema, names)?,
            rows: Collected::keeping(most_issues),
        })
    }

    /// Adds a row: a cell for each name; `None` is a missing one, and a cell that isn't there is too.
    pub fn row(&mut self, cells: &[Option<&str>]) {
        self.rows.seen += 1;
        let place = Place {
            line: Line(self.rows.seen as u64),
            row: Row(self.rows.seen as u64),
        };
        let rows = &mut self.rows;
        let mut is_faulty = false;
        self.plan.push_cells(cells, &mut |fault| {
            is_faulty = true;
            rows.note(Issue { place, fault });
        });
        self.rows.refused += usize::from(is_faulty);
    }

    /// The rows so far.
    pub fn rows(&self) -> usize {
        self.rows.seen
    }

    /// Makes the table.
    ///
    /// # Errors
    ///
    /// [`ReadError::Refused`].
    pub fn finish(self) -> Result<Loaded, ReadError> {
        let Collected {
            seen,
            refused,
            issues,
            more,
            ..
        } = self.rows;
        let counts = Counts {
            rows_in_file: seen.into(),
            rows_read: (seen - refused).into(),
            rows_refused: refused.into(),
        };
        let mut notes = Vec::new();
        let columns = self.plan.finish(self.schema, &mut notes);
        let report = Report {
            encoding: Encoding::Utf8,
            delimiter: Delimiter::Comma,
            gzip: false,
            counts,
            notes,
        };
        if refused > 0 {
            return Err(ReadError::Refused(Box::new(Refusal {
                issues,
                more,
                report,
            })));
        }
        Ok(Loaded {
            table: Table::new(seen, columns),
            report,
        })
    }
}
