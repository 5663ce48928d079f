use std::io::Read;
use std::mem;
use std::path::Path;

use consilium_schema::{Header, Kind, Schema};
use csv::StringRecord;

use super::{Collected, Reading, Refusal, plan};
use crate::cells::Markers;
use crate::records::Records;
use crate::{Counts, Fields, ReadError, source};

/// A column whose cells are shown as they are read.
struct Shown {
    position: usize,
    markers: Markers,
    is_code: bool,
}

impl<'a> Reading<'a> {
    /// Shows the cells of some columns row by row, and keeps none of them: `None` is a missing cell.
    ///
    /// The columns are of type text or code. Every row has as many cells as the header; besides
    /// that nothing is checked, neither these columns' widths nor any other column, which need not
    /// even be there: that is for a reading of the whole file.
    ///
    /// # Errors
    ///
    /// See [`ReadError`]; [`ReadError::MissingColumns`] also for a column of another type. Rows
    /// shown before are worth nothing then.
    pub fn file_texts(
        self,
        path: &Path,
        columns: &[&str],
        show: impl FnMut(&[Option<&str>]),
    ) -> Result<Counts, ReadError> {
        self.stream_texts(source::open(path)?, columns, show)
    }

    /// The same for a file that comes as any stream of bytes.
    ///
    /// # Errors
    ///
    /// As [`Reading::file_texts`].
    pub fn stream_texts(
        self,
        file: impl Read + 'a,
        columns: &[&str],
        mut show: impl FnMut(&[Option<&str>]),
    ) -> Result<Counts, ReadError> {
        let mut records = Records::new(file, self.schema.file(), self.tap)?;
        let first = records.begin()?;
        let mut notes = Vec::new();
        let names = plan::names(self.schema, records.record(), &mut notes)?;
        let shown = find(self.schema, &names, columns)?;
        let header_is_a_row = self.schema.file().header != Header::Present;
        let mut rows = Collected::keeping(self.most_issues);
        let mut start = if header_is_a_row {
            Some(first)
        } else {
            records.advance()?
        };
        let mut spare = Vec::new();
        while let Some(begun) = start {
            let record = records.record();
            rows.add(&begun, record, Fields(names.len()), |_| {
                let mut cells = emptied(mem::take(&mut spare));
                cells.extend(shown.iter().map(|column| column.cell(record)));
                show(&cells);
                spare = emptied(cells);
            });
            start = records.advance()?;
        }
        let sums = records.finish()?;
        let counts = rows.finish(&sums, header_is_a_row)?;
        if rows.refused > 0 {
            let report = records.report(counts, notes);
            let Collected { issues, more, .. } = rows;
            return Err(ReadError::Refused(Box::new(Refusal {
                issues,
                more,
                report,
            })));
        }
        Ok(counts)
    }
}

impl Shown {
    fn cell<'a>(&self, record: &'a StringRecord) -> Option<&'a str> {
        let cell = record.get(self.position).unwrap_or_default();
        let trimmed = cell.trim();
        let is_there = !self.markers.mark(trimmed);
        is_there.then_some(if self.is_code { trimmed } else { cell })
    }
}

/// Empties a list and keeps its memory, which would else be asked for again for every row.
fn emptied<'a>(mut cells: Vec<Option<&str>>) -> Vec<Option<&'a str>> {
    cells.clear();
    cells.into_iter().map(|_| None).collect()
}

fn find(schema: &Schema, names: &[String], columns: &[&str]) -> Result<Vec<Shown>, ReadError> {
    let find = |name: &&str| {
        let column = schema.column(name)?;
        let is_code = match column.kind() {
            Kind::Text => false,
            Kind::Code { .. } => true,
            _ => return None,
        };
        let markers = schema.file().missing.iter().chain(column.missing());
        Some(Shown {
            position: names.iter().position(|other| other == name)?,
            markers: Markers::new(markers, false),
            is_code,
        })
    };
    let absent = columns.iter().filter(|name| find(name).is_none());
    let absent: Vec<String> = absent.map(|name| (*name).to_owned()).collect();
    if !absent.is_empty() {
        return Err(ReadError::MissingColumns { columns: absent });
    }
    Ok(columns.iter().filter_map(find).collect())
}
