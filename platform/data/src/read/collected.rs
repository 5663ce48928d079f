use consilium_schema::Rows;

use crate::tally::{Start, Sums};
use crate::{Counts, Fields, Issue, Place, ReadError, Row, RowFault};

/// What was found in the rows so far.
#[derive(Default)]
pub(super) struct Collected {
    most_issues: usize,
    pub(super) seen: usize,
    pub(super) refused: usize,
    pub(super) issues: Vec<Issue>,
    pub(super) more: u64,
    /// The last row, if it is ragged: only the end of the file tells whether it is cut.
    ragged: Option<Issue>,
}

impl Collected {
    pub(super) fn keeping(most_issues: usize) -> Self {
        Self {
            most_issues,
            ..Self::default()
        }
    }

    /// Takes a row in; `push` tells what is wrong with the cells of one of the right width.
    pub(super) fn add(
        &mut self,
        start: &Start,
        record: &csv::StringRecord,
        expected: Fields,
        push: impl FnOnce(&mut dyn FnMut(RowFault)),
    ) {
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
        let found = Fields(record.len());
        if found == expected {
            push(&mut |fault| self.note(Issue { place, fault }));
        } else {
            let fault = RowFault::Ragged { found, expected };
            self.ragged = Some(Issue { place, fault });
        }
        let after = self.issues.len() as u64 + self.more;
        self.refused += usize::from(after > before || self.ragged.is_some());
    }

    pub(super) fn note(&mut self, issue: Issue) {
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
    pub(super) fn finish(
        &mut self,
        sums: &Sums,
        header_is_a_row: bool,
    ) -> Result<Counts, ReadError> {
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
