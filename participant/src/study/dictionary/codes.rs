//! The codes that a plan asks for, out of a data set.

use std::collections::{BTreeMap, BTreeSet};

use consilium_base::Seed;
use consilium_codes::{Form, Unclear};
use consilium_dictionary::Usage;
use consilium_plan::DataVersion;

use crate::data::{DataError, Source};

/// The codes of a column, and how many rows have each.
pub(in crate::study) struct Codes {
    /// In normal form.
    rows: BTreeMap<String, u64>,
    /// Rows with a text that is no code of the system.
    unclear: u64,
    /// Rows of the data set.
    pub(in crate::study) all: u64,
}

impl Codes {
    /// Reads a column, and computes the data set's version in the same pass. Blocks.
    ///
    /// # Errors
    ///
    /// If the file can't be read.
    pub(in crate::study) fn read(
        source: &Source,
        key: &Seed,
        (column, form): (&str, Form),
    ) -> Result<(DataVersion, Codes), DataError> {
        // Most rows repeat what others have: each text is brought into normal form once.
        let (mut texts, mut all) = (BTreeMap::<String, u64>::new(), 0_u64);
        let version = source.texts(key, &[column], |cells| {
            all += 1;
            let [Some(text)] = cells else { return };
            if let Some(rows) = texts.get_mut(*text) {
                *rows += 1;
            } else {
                texts.insert((*text).to_owned(), 1);
            }
        })?;
        let mut codes = Codes {
            rows: BTreeMap::new(),
            unclear: 0,
            all,
        };
        for (text, rows) in texts {
            match form.normalise(&text) {
                Ok(normal) => *codes.rows.entry(normal.code).or_default() += rows,
                Err(Unclear::Empty) => {}
                Err(_) => codes.unclear += rows,
            }
        }
        Ok((version, codes))
    }

    /// Gives them as a list.
    pub(super) fn list(&self) -> BTreeSet<String> {
        self.rows.keys().cloned().collect()
    }

    /// Gives them with their rows.
    pub(super) fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        for (code, rows) in &self.rows {
            usage.add(code, *rows);
        }
        usage.add_unclear(self.unclear);
        usage
    }
}
