use std::collections::BTreeMap;

use consilium_base::Digest;
use serde::{Deserialize, Serialize};

use super::plain;
use crate::{CodesError, RowFault, sheet, sheet::Sheet, table::kind};

const KIND: &str = "names";
const COLUMNS: [&str; 3] = ["name", "canonical", "code"];

/// What names are names of, which says how they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Drugs: dosage form, strength and pack are taken off first.
    Drug,
    /// Diagnoses and procedures.
    Diagnosis,
}

/// Names that stand for one another: many names, one canonical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    head: LibraryHead,
    names: Vec<Named>,
}

/// What is said of a library as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryHead {
    /// Always `names`.
    pub kind: String,
    /// What the names are names of.
    pub subject: Subject,
    /// Where the library was taken from.
    pub source: String,
    /// Under which terms it may be passed on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
}

/// One of the names of something.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// As people write it.
    pub name: String,
    /// The name by which the thing goes here.
    pub canonical: String,
    /// Its code, empty where it has none.
    pub code: String,
}

impl LibraryHead {
    /// Begins a library.
    pub fn new(subject: Subject, source: &str) -> LibraryHead {
        let (kind, source, licence) = (KIND.to_owned(), source.to_owned(), String::new());
        LibraryHead {
            kind,
            subject,
            source,
            licence,
        }
    }
}

impl Library {
    /// Reads a library strictly: no name stands for two things.
    ///
    /// # Errors
    ///
    /// Names the line.
    pub fn read(bytes: &[u8]) -> Result<Library, CodesError> {
        let text = sheet::text(bytes)?;
        let sheet = Sheet::of(&text)?;
        let head: LibraryHead = sheet.head()?;
        kind(KIND, &head.kind)?;
        let mut names = Vec::new();
        let mut lines = BTreeMap::new();
        sheet.rows(&COLUMNS, 2, |line, cells| {
            let [name, canonical, code] = cells else {
                return Err(RowFault::Cells {
                    found: cells.len(),
                    expected: COLUMNS.len(),
                });
            };
            for (column, cell) in [("name", name), ("canonical", canonical)] {
                if plain(cell).is_empty() {
                    return Err(RowFault::Empty { column });
                }
            }
            if let Some(first) = lines.insert((*name).to_owned(), line) {
                return Err(RowFault::Twice { first });
            }
            let [name, canonical, code] = [name, canonical, code].map(|cell| (*cell).to_owned());
            names.push(Named {
                name,
                canonical,
                code,
            });
            Ok(())
        })?;
        Ok(Library { head, names })
    }

    /// Makes a library; its text is [`Self::to_text`].
    ///
    /// # Errors
    ///
    /// What [`Self::read`] refuses.
    pub fn new(
        head: &LibraryHead,
        names: impl IntoIterator<Item = Named>,
    ) -> Result<Library, CodesError> {
        Library::read(written(head, names.into_iter()).as_bytes())
    }

    /// Writes the library.
    pub fn to_text(&self) -> String {
        written(&self.head, self.names.iter().cloned())
    }

    /// What is said of it as a whole.
    pub fn head(&self) -> &LibraryHead {
        &self.head
    }

    /// All names in the order of the file.
    pub fn names(&self) -> &[Named] {
        &self.names
    }

    /// The hash of what it says: of [`Self::to_text`], however the file was written and packed.
    pub fn hash(&self) -> Digest {
        sheet::hash(&self.to_text())
    }
}

fn written(head: &LibraryHead, names: impl Iterator<Item = Named>) -> String {
    sheet::write(
        head,
        COLUMNS,
        names.map(|it| [it.name, it.canonical, it.code]),
    )
}
