use std::collections::BTreeSet;

use super::{Imported, Published, tidy};
use crate::{CodesError, Library, LibraryHead, Named, RowFault, names::plain};

/// Reads variants of drugs' names: `variant`, `canonical`, and `drugbank_id` where it is known. Each
/// canonical name stands for itself too.
///
/// # Errors
///
/// Refuses a file without these columns.
pub fn drug_variants(text: &str, head: &LibraryHead) -> Result<Imported<Library>, CodesError> {
    let mut rows = Published::of(text, b',', &["variant", "canonical"])?;
    let mut body = Body::default();
    while let Some(line) = rows.next()? {
        let canonical = tidy(rows.cell("canonical"));
        let code = rows.cell("drugbank_id").to_owned();
        body.take(
            line,
            Named {
                name: tidy(rows.cell("variant")),
                canonical,
                code,
            },
        );
    }
    body.library(head)
}

/// Reads the names of ICD-10-CM: `description`, and `inclusion_terms` between ` | `.
///
/// # Errors
///
/// Refuses a file without these columns.
pub fn icd10cm_terms(text: &str, head: &LibraryHead) -> Result<Imported<Library>, CodesError> {
    let mut rows = Published::of(text, b',', &["code", "description", "inclusion_terms"])?;
    let mut body = Body::default();
    while let Some(line) = rows.next()? {
        let canonical = tidy(rows.cell("description"));
        for name in rows
            .cell("inclusion_terms")
            .split(" | ")
            .filter(|it| !it.is_empty())
        {
            let (canonical, code) = (canonical.clone(), rows.cell("code").to_owned());
            body.take(
                line,
                Named {
                    name: tidy(name),
                    canonical,
                    code,
                },
            );
        }
        let code = rows.cell("code").to_owned();
        body.take(
            line,
            Named {
                name: canonical.clone(),
                canonical,
                code,
            },
        );
    }
    body.library(head)
}

/// The names of a library in the making.
#[derive(Default)]
struct Body {
    names: Vec<Named>,
    seen: BTreeSet<String>,
    left_out: Vec<(u64, RowFault)>,
}

impl Body {
    fn take(&mut self, line: u64, named: Named) {
        if plain(&named.name).is_empty() || plain(&named.canonical).is_empty() {
            self.left_out
                .push((line, RowFault::Empty { column: "name" }));
        } else if self.seen.insert(named.name.clone()) {
            self.names.push(named);
        }
    }

    /// Makes the library, in which canonical names stand for themselves.
    fn library(mut self, head: &LibraryHead) -> Result<Imported<Library>, CodesError> {
        for place in 0..self.names.len() {
            let Named {
                canonical, code, ..
            } = self.names[place].clone();
            if self.seen.insert(canonical.clone()) {
                self.names.push(Named {
                    name: canonical.clone(),
                    canonical,
                    code,
                });
            }
        }
        let value = Library::new(head, self.names)?;
        let left_out = self.left_out;
        Ok(Imported { value, left_out })
    }
}
