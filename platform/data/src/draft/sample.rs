use std::path::Path;

use consilium_schema::{DuplicateHeaders, FileFormat};

use super::{Evidence, has_header, observe};
use crate::records::{self, Records};
use crate::{ReadError, source};

/// How many bytes of cells are kept at most.
const MOST_BYTES: usize = 16 << 20;

/// The first rows of a file, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// What the columns are called; `column_1`, `column_2` and so on in a file without a header.
    pub names: Vec<String>,
    /// Whether the file's first record is a header.
    pub has_header: bool,
    /// The cells of each row, as many as there are columns; ragged rows are left out.
    pub rows: Vec<Vec<String>>,
}

/// Reads the first rows of the file at `path`, at most so many and at most 16 MiB of them.
///
/// What follows is not looked at: a fault behind the sample is not found.
///
/// # Errors
///
/// As [`draft_file`](super::draft_file), as far as the sample goes.
pub fn sample_file(path: &Path, most_rows: usize) -> Result<Sample, ReadError> {
    let file = source::open(path)?;
    let mut records = Records::new(file, &FileFormat::default(), None)?;
    records.begin()?;
    let first = records.record().clone();
    let mut evidence: Vec<Evidence> = first.iter().map(Evidence::new).collect();
    let mut rows = Vec::new();
    let mut bytes = 0;
    while rows.len() < most_rows && bytes < MOST_BYTES && records.advance()?.is_some() {
        let record = records.record();
        if observe(&mut evidence, record) {
            bytes += record.as_slice().len();
            rows.push(record.iter().map(str::to_owned).collect());
        }
    }
    let has_header = has_header(&first, &evidence);
    let names = if has_header {
        records::header(&first, DuplicateHeaders::Number)?.0
    } else {
        rows.insert(0, first.iter().map(str::to_owned).collect());
        (1..=first.len())
            .map(|number| format!("column_{number}"))
            .collect()
    };
    Ok(Sample {
        names,
        has_header,
        rows,
    })
}
