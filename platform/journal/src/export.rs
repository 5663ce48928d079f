//! The journal as a file: a header and one record a line, in JSON.

use serde::{Deserialize, Serialize};

use crate::{Head, Record, chain::Hex};

/// The version of the format.
pub const VERSION: u32 = 1;

const FORMAT: &str = "consilium-journal";

/// A file that can't be verified at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Its first line is not a journal's.
    #[error("the file does not begin with the header of an exported journal")]
    NoHeader,
    /// It was written by a later program.
    #[error("the export has format version {found}, this program reads up to {VERSION}")]
    Newer {
        /// The version it says.
        found: u32,
    },
}

/// Writes the whole journal of an owner, each line ended by a line feed.
pub fn export(owner: &str, records: &[Record]) -> String {
    let head = records
        .last()
        .map_or_else(|| Head::origin(owner), Record::head);
    let mut text = line(&Header::new(owner, head));
    for record in records {
        text.push_str(&line(record));
    }
    text
}

/// What an export says about itself.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    format: String,
    version: u32,
    pub(crate) owner: String,
    entries: u64,
    head: Hex,
}

impl Header {
    fn new(owner: &str, head: Head) -> Header {
        Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            owner: owner.to_owned(),
            entries: head.seq,
            head: Hex(head.hash),
        }
    }

    pub(crate) fn read(text: &[u8]) -> Result<Header, ExportError> {
        /// What headers of all versions have in common.
        #[derive(Deserialize)]
        struct Versioned {
            format: String,
            version: u32,
        }
        let any: Versioned = serde_json::from_slice(text).map_err(|_| ExportError::NoHeader)?;
        if any.format != FORMAT {
            return Err(ExportError::NoHeader);
        }
        if any.version > VERSION {
            return Err(ExportError::Newer { found: any.version });
        }
        let header = parse::<Header>(text).ok_or(ExportError::NoHeader)?;
        if header.version == VERSION {
            Ok(header)
        } else {
            Err(ExportError::NoHeader)
        }
    }

    pub(crate) fn head(&self) -> Head {
        Head {
            seq: self.entries,
            hash: self.head.0,
        }
    }
}

/// Reads a line that is written exactly as [`line`] writes it: what a reader of the text sees and
/// what is verified are the same.
pub(crate) fn parse<T: Serialize + for<'de> Deserialize<'de>>(text: &[u8]) -> Option<T> {
    let value = serde_json::from_slice(text).ok()?;
    (line(&value).as_bytes() == text).then_some(value)
}

fn line(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string(value).expect("texts and numbers always serialise");
    text.push('\n');
    text
}
