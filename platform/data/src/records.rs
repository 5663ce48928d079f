use std::collections::{HashMap, HashSet};
use std::io::{Chain, Cursor, Read};

use consilium_schema::{
    Delimiter, DuplicateHeaders, FileFormat, Header, MOST_NAME, Rows, is_shown,
};
use csv::StringRecord;

use crate::decode::Decode;
use crate::dialect;
use crate::error::StreamFault;
use crate::source::{Tap, Unpacked};
use crate::tally::{Start, Sums, Tally};
use crate::{Counts, Fields, Line, Note, ReadError, Report};

const SAMPLE: u64 = 256 << 10;
const BUFFER: usize = 64 << 10;

/// The records of a file, one after the other, each counted twice.
pub(crate) struct Records<'a> {
    parser: csv::Reader<Tally<Chain<Cursor<Vec<u8>>, Decode<'a>>>>,
    record: StringRecord,
    parsed: u64,
    delimiter: Delimiter,
}

impl<'a> Records<'a> {
    pub(crate) fn new(
        file: impl Read + 'a,
        format: &FileFormat,
        tap: Option<Tap<'a>>,
    ) -> Result<Self, ReadError> {
        let source = Unpacked::new(file, tap).map_err(|fault| fault.at(Line(1)))?;
        let mut text = Decode::new(source, format.encoding);
        let mut sample = Vec::new();
        // A fault in the sample comes again when the parser has read up to it.
        let whole = matches!(
            Read::take(&mut text, SAMPLE).read_to_end(&mut sample),
            Ok(taken) if (taken as u64) < SAMPLE
        );
        let delimiter = match format.delimiter {
            Delimiter::Auto => dialect::delimiter(&sample, whole),
            declared => declared,
        };
        let parser = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter.byte())
            .buffer_capacity(BUFFER)
            .from_reader(Tally::new(
                Cursor::new(sample).chain(text),
                delimiter.byte(),
            ));
        Ok(Self {
            parser,
            record: StringRecord::new(),
            parsed: 0,
            delimiter,
        })
    }

    /// Parses the first record, which tells how many columns there are.
    pub(crate) fn begin(&mut self) -> Result<Start, ReadError> {
        let first = self.advance()?.ok_or(ReadError::Empty)?;
        let found = Fields(self.record.len());
        if found.0 > ReadError::MOST_COLUMNS {
            return Err(ReadError::TooManyColumns { found });
        }
        Ok(first)
    }

    /// Parses the next record; none at the end of the file, which is then known to be complete.
    pub(crate) fn advance(&mut self) -> Result<Option<Start>, ReadError> {
        let more = self
            .parser
            .read_record(&mut self.record)
            .map_err(|error| self.fault(error))?;
        let start = self.parser.get_mut().take();
        match (more, start) {
            (true, Some(start)) => {
                self.parsed += 1;
                Ok(Some(start))
            }
            (false, None) => Ok(None),
            (more, _) => {
                self.parsed += u64::from(more);
                self.open_quote()?;
                Err(self.mismatch())
            }
        }
    }

    /// The record that [`Records::advance`] parsed last.
    pub(crate) fn record(&self) -> &StringRecord {
        &self.record
    }

    /// The sums of the file; call it after the last record.
    pub(crate) fn finish(&self) -> Result<Sums, ReadError> {
        let sums = self.open_quote()?;
        if sums.records != self.parsed {
            return Err(self.mismatch());
        }
        Ok(sums)
    }

    /// What is known of the file besides its rows.
    pub(crate) fn report(&self, counts: Counts, notes: Vec<Note>) -> Report {
        let decode = self.parser.get_ref().text().get_ref().1;
        Report {
            encoding: decode.encoding(),
            delimiter: self.delimiter,
            gzip: decode.gzip(),
            counts,
            notes,
        }
    }

    fn open_quote(&self) -> Result<Sums, ReadError> {
        let open = |line| ReadError::UnterminatedQuote { line };
        self.parser.get_ref().finish().map_err(open)
    }

    fn mismatch(&self) -> ReadError {
        let tally = self.parser.get_ref();
        ReadError::CountMismatch {
            counted: Rows(tally.records()),
            parsed: Rows(self.parsed),
            line: tally.line(),
        }
    }

    fn fault(&self, error: csv::Error) -> ReadError {
        let tally = self.parser.get_ref();
        match error.into_kind() {
            csv::ErrorKind::Io(error) => match StreamFault::from(error) {
                StreamFault::RowTooLong => match self.open_quote() {
                    Err(open_quote) => open_quote,
                    Ok(_) => StreamFault::RowTooLong.at(tally.last_start()),
                },
                fault => fault.at(tally.line()),
            },
            // The text is valid UTF-8 by construction and records may be of any width.
            _ => self.mismatch(),
        }
    }
}

/// Gives the names of a table's columns: those that the format declares, or those of the header.
///
/// # Errors
///
/// See [`ReadError`]; [`ReadError::ColumnCount`] where the first row is not as wide as declared.
pub fn names(file: impl Read, format: &FileFormat) -> Result<Vec<String>, ReadError> {
    let mut records = Records::new(file, format, None)?;
    records.begin()?;
    let first = records.record();
    let declared = match &format.header {
        Header::Named(names) => names.clone(),
        Header::Absent => Vec::new(),
        Header::Present => return Ok(header(first, format.duplicate_headers)?.0),
    };
    let (found, expected) = (Fields(first.len()), Fields(declared.len()));
    if found == expected {
        Ok(declared)
    } else {
        Err(ReadError::ColumnCount { found, expected })
    }
}

/// The names of the columns in a header, with the numbers of those that had to be made up.
pub(crate) fn header(
    record: &StringRecord,
    duplicates: DuplicateHeaders,
) -> Result<(Vec<String>, Vec<usize>), ReadError> {
    let mut names: Vec<String> = Vec::with_capacity(record.len());
    let mut made_up = Vec::new();
    let written: HashSet<&str> = record.iter().map(str::trim).collect();
    let mut taken = HashSet::new();
    let mut numbers = HashMap::new();
    for (position, cell) in record.iter().enumerate() {
        let plain = cell.replace(|letter| !is_shown(letter), " ");
        let mut name = beginning(plain.trim(), MOST_NAME);
        if name.is_empty() {
            name = format!("column_{}", position + 1);
            if written.contains(name.as_str()) || taken.contains(&name) {
                name = numbered(&name, &mut numbers, &written, &taken);
            }
            made_up.push(position + 1);
        } else if taken.contains(&name) {
            if duplicates == DuplicateHeaders::Refuse {
                let first = names
                    .iter()
                    .position(|other| *other == name)
                    .unwrap_or_default()
                    + 1;
                return Err(ReadError::DuplicateHeader {
                    name,
                    first,
                    second: position + 1,
                });
            }
            name = numbered(&name, &mut numbers, &written, &taken);
            made_up.push(position + 1);
        }
        taken.insert(name.clone());
        names.push(name);
    }
    Ok((names, made_up))
}

/// Numbers a name; `numbers` holds the last number of each, so that many alike cost no search.
fn numbered(
    name: &str,
    numbers: &mut HashMap<String, u64>,
    written: &HashSet<&str>,
    taken: &HashSet<String>,
) -> String {
    let number = numbers.entry(name.to_owned()).or_insert(1);
    loop {
        *number += 1;
        let candidate = format!("{}_{number}", beginning(name, MOST_NAME - 20));
        if !written.contains(candidate.as_str()) && !taken.contains(&candidate) {
            return candidate;
        }
    }
}

/// Gives a name's first characters, so many at most; nobody declares a longer one.
fn beginning(name: &str, most: usize) -> String {
    let first: String = name.chars().take(most).collect();
    first.trim_end().to_owned()
}
