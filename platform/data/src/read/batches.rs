use std::io::Read;
use std::ops::ControlFlow;

use super::{Reading, Refusal, collected::Collected, plan::Plan};
use crate::records::Records;
use crate::{ReadError, Table};

impl<'a> Reading<'a> {
    /// Shows the rows as tables of at most `most_rows`, one after the other, and keeps none of them.
    ///
    /// Breaking off is no error. A category without declared levels has those of each table by itself.
    /// Notes on values that a rule of the schema has changed are not gathered.
    ///
    /// # Errors
    ///
    /// See [`ReadError`]. Rows shown before are worth nothing then; after the first fault none is shown.
    pub fn stream_batches(
        self,
        file: impl Read + 'a,
        most_rows: usize,
        mut show: impl FnMut(Table) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let mut records = Records::new(file, self.schema.file(), self.tap)?;
        let first = records.begin()?;
        let mut plan = Plan::new(self.schema, records.record())?;
        let mut rows = Collected::keeping(self.most_issues);
        let mut waiting = 0;
        let mut start = if plan.header_is_a_row {
            Some(first)
        } else {
            records.advance()?
        };
        while let Some(begun) = start {
            let (record, fields) = (records.record(), plan.fields);
            rows.add(&begun, record, fields, |fault| plan.push(record, fault));
            waiting += 1;
            if waiting == most_rows.max(1) {
                let columns = plan.take(self.schema)?;
                let shown = rows.refused == 0 && show(Table::new(waiting, columns)).is_break();
                if shown {
                    return Ok(());
                }
                waiting = 0;
            }
            start = records.advance()?;
        }
        let sums = records.finish()?;
        let counts = rows.finish(&sums, plan.header_is_a_row)?;
        if rows.refused > 0 {
            let report = records.report(counts, sums.notes());
            let Collected { issues, more, .. } = rows;
            return Err(ReadError::Refused(Box::new(Refusal {
                issues,
                more,
                report,
            })));
        }
        if waiting > 0 {
            let _ = show(Table::new(waiting, plan.take(self.schema)?));
        }
        Ok(())
    }
}
