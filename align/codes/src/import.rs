//! Tables, maps and names from the files in which they are published.
//!
//! Publishers write codes in many ways, so an importer brings them into their normal form and counts
//! what it could not; the result is strict.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord};

use crate::{CodesError, Form, RowFault};

mod maps;
mod names;
mod tables;

pub use maps::{gem, opendrg_map};
pub use names::{drug_variants, icd10cm_terms};
pub use tables::{icd10_cn, icd10cm, opendrg_codes};

/// What was imported, and what was not.
#[derive(Clone, Debug)]
pub struct Imported<T> {
    /// The table, map or library.
    pub value: T,
    /// Rows that were left out, by line and reason.
    pub left_out: Vec<(u64, RowFault)>,
}

/// Rows of a published file, by the names of their columns.
struct Published<'a> {
    reader: csv::Reader<&'a [u8]>,
    header: BTreeMap<String, usize>,
    record: StringRecord,
}

impl<'a> Published<'a> {
    fn of(
        text: &'a str,
        delimiter: u8,
        wanted: &[&'static str],
    ) -> Result<Published<'a>, CodesError> {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let names = reader.headers().map_err(|_| CodesError::Csv { line: 1 })?;
        let header: BTreeMap<String, usize> = names
            .iter()
            .enumerate()
            .map(|(place, name)| (name.trim().to_owned(), place))
            .collect();
        if let Some(name) = wanted.iter().find(|name| !header.contains_key(**name)) {
            return Err(CodesError::NoColumn { line: 1, name });
        }
        Ok(Published {
            reader,
            header,
            record: StringRecord::new(),
        })
    }

    /// Goes to the next row and gives its line.
    fn next(&mut self) -> Result<Option<u64>, CodesError> {
        let line = self.reader.position().line();
        let more = self.reader.read_record(&mut self.record);
        if !more.map_err(|_| CodesError::Csv { line })? {
            return Ok(None);
        }
        Ok(Some(
            self.record.position().map_or(line, csv::Position::line),
        ))
    }

    fn cell(&self, name: &str) -> &str {
        let place = self.header.get(name);
        place
            .and_then(|place| self.record.get(*place))
            .unwrap_or("")
            .trim()
    }
}

/// The normal form of a published code.
fn normal(form: Form, column: &'static str, text: &str) -> Result<String, RowFault> {
    let unclear = |unclear| RowFault::Unclear { column, unclear };
    form.normalise(text)
        .map(|normal| normal.code)
        .map_err(unclear)
}

/// A name without blanks at its ends, wide ones among them.
fn tidy(name: &str) -> String {
    name.trim().to_owned()
}
