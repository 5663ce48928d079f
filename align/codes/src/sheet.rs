//! The file that tables, maps and libraries of names share: a head in TOML, a line of three hyphens,
//! a body in CSV; plain or gzip.

use std::{borrow::Cow, fmt::Write as _, io::Read as _};

use consilium_base::{Digest, Tagged};
use csv::{ReaderBuilder, StringRecord};
use flate2::read::GzDecoder;
use serde::{Serialize, de::DeserializeOwned};

use crate::{CodesError, RowFault};

/// The most bytes of a file once it is unpacked.
pub const MOST_BYTES: u64 = 1 << 28;

/// Reads TOML; what is wrong is named by its line.
pub(crate) fn of_toml<T: DeserializeOwned>(text: &str) -> Result<T, CodesError> {
    toml::from_str(text).map_err(|error| CodesError::Head {
        line: error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() as u64 + 1),
        message: error.message().to_owned(),
    })
}

/// A file taken apart; lines are counted from 1 over the whole of it.
pub(crate) struct Sheet<'a> {
    head: &'a str,
    body: &'a str,
    first_line: u64,
}

/// Unpacks a file where it is packed, and takes it for UTF-8.
///
/// # Errors
///
/// Refuses what is longer than [`MOST_BYTES`] unpacked, broken gzip, and bytes that are no UTF-8.
pub fn text(bytes: &[u8]) -> Result<Cow<'_, str>, CodesError> {
    let too_long = CodesError::TooLong { most: MOST_BYTES };
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        let text = std::str::from_utf8(bytes).map_err(|_| CodesError::Encoding)?;
        let is_short = text.len() as u64 <= MOST_BYTES;
        return if is_short {
            Ok(unmarked(text).into())
        } else {
            Err(too_long)
        };
    }
    let mut unpacked = Vec::new();
    let mut packed = GzDecoder::new(bytes).take(MOST_BYTES + 1);
    packed
        .read_to_end(&mut unpacked)
        .map_err(|_| CodesError::Gzip)?;
    if unpacked.len() as u64 > MOST_BYTES {
        return Err(too_long);
    }
    let text = String::from_utf8(unpacked).map_err(|_| CodesError::Encoding)?;
    Ok(unmarked(&text).to_owned().into())
}

/// Tells what a file says to be: `table`, `map`, `names` or `weights`, or something else.
///
/// # Errors
///
/// Refuses what has no head.
pub fn kind(bytes: &[u8]) -> Result<String, CodesError> {
    let text = text(bytes)?;
    let head: toml::Table = Sheet::of(&text)?.head()?;
    let kind = head.get("kind").and_then(toml::Value::as_str);
    Ok(kind.unwrap_or("table").to_owned())
}

/// Without a mark of byte order.
fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

impl<'a> Sheet<'a> {
    pub(crate) fn of(text: &'a str) -> Result<Sheet<'a>, CodesError> {
        let mut head = 0;
        for (line, written) in (1..).zip(text.split_inclusive('\n')) {
            let body = head + written.len();
            // Windows ends lines by two characters.
            if line > 1 && matches!(written, "---\n" | "---\r\n") {
                return Ok(Sheet {
                    head: &text[..head],
                    body: &text[body..],
                    first_line: line + 1,
                });
            }
            head = body;
        }
        Err(CodesError::NoBody)
    }

    pub(crate) fn head<T: DeserializeOwned>(&self) -> Result<T, CodesError> {
        of_toml(self.head)
    }

    /// Calls `take` with each row's line and its cells in the order of `columns`; of those that the
    /// body has not, the first `required` must be there.
    pub(crate) fn rows(
        &self,
        columns: &[&'static str],
        required: usize,
        mut take: impl FnMut(u64, &[&str]) -> Result<(), RowFault>,
    ) -> Result<(), CodesError> {
        let mut reader = ReaderBuilder::new()
            .flexible(true)
            .from_reader(self.body.as_bytes());
        let header = reader.headers().map_err(|_| CodesError::Csv {
            line: self.first_line,
        })?;
        let places = places(header, columns, required, self.first_line)?;
        let width = header.len();
        let mut record = StringRecord::new();
        loop {
            let line = self.first_line + reader.position().line() - 1;
            let more = reader
                .read_record(&mut record)
                .map_err(|_| CodesError::Csv { line })?;
            if !more {
                return Ok(());
            }
            let line = record.position().map_or(line, |at| self.line_of(at));
            let found = record.len();
            if found != width {
                let fault = RowFault::Cells {
                    found,
                    expected: width,
                };
                return Err(CodesError::Row { line, fault });
            }
            let cell =
                |place: &Option<usize>| place.and_then(|at| record.get(at)).unwrap_or("").trim();
            let cells: Vec<&str> = places.iter().map(cell).collect();
            take(line, &cells).map_err(|fault| CodesError::Row { line, fault })?;
        }
    }

    /// The line of a record; where empty lines go before it, its position is theirs.
    fn line_of(&self, at: &csv::Position) -> u64 {
        let from = usize::try_from(at.byte()).unwrap_or(usize::MAX);
        let rest = self.body.get(from..).unwrap_or_default();
        let empty = rest.bytes().take_while(|it| matches!(it, b'\n' | b'\r'));
        self.first_line + at.line() - 1 + empty.filter(|it| *it == b'\n').count() as u64
    }
}

/// The hash of a file as [`write`] gives it.
pub(crate) fn hash(text: &str) -> Digest {
    Tagged::new("codes.1.contents")
        .field(text.as_bytes())
        .digest()
}

fn places(
    header: &StringRecord,
    columns: &[&'static str],
    required: usize,
    line: u64,
) -> Result<Vec<Option<usize>>, CodesError> {
    for (place, name) in header.iter().enumerate() {
        let is_known = columns.contains(&name.trim());
        let is_repeated = header.iter().take(place).any(|it| it.trim() == name.trim());
        if !is_known || is_repeated {
            return Err(CodesError::Column {
                line,
                place: place + 1,
            });
        }
    }
    let found = |name: &&str| header.iter().position(|it| it.trim() == *name);
    let places: Vec<Option<usize>> = columns.iter().map(found).collect();
    let missing = places.iter().take(required).position(Option::is_none);
    match missing.and_then(|place| columns.get(place)) {
        Some(name) => Err(CodesError::NoColumn { line, name }),
        None => Ok(places),
    }
}

/// Writes a file: the head's keys, the columns, the rows.
pub(crate) fn write<const N: usize>(
    head: &impl Serialize,
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let mut text = toml::to_string(head).expect("a head is keys and texts");
    text.truncate(text.trim_end().len());
    text.push_str("\n---\n");
    text.push_str(&columns.join(","));
    text.push('\n');
    for row in rows {
        for (place, cell) in row.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            write!(text, "{comma}{}", quoted(cell)).expect("a String takes all");
        }
        text.push('\n');
    }
    text
}

fn quoted(cell: &str) -> Cow<'_, str> {
    if cell.contains([',', '"', '\n', '\r']) || cell.trim() != cell {
        return format!("\"{}\"", cell.replace('"', "\"\"")).into();
    }
    cell.into()
}
