use std::collections::{BTreeMap, BTreeSet};

use super::{Imported, Published, normal};
use crate::{CodeMap, CodesError, MapHead, RowFault};

/// Reads a General Equivalence Mapping of the Centers for Medicare and Medicaid Services in CSV form:
/// columns for source and target, `approximate`, `no_map`, `combination`, `scenario`, `choice_list`.
///
/// # Errors
///
/// Refuses a file without these columns, and rows that contradict each other.
pub fn gem(text: &str, head: &MapHead) -> Result<Imported<CodeMap>, CodesError> {
    let is_procedures = head.to.system == "icd-10-pcs";
    let (source, target) = if is_procedures {
        ("icd9pcs", "icd10pcs")
    } else {
        ("icd9cm", "icd10cm")
    };
    let wanted = [
        source,
        target,
        "approximate",
        "no_map",
        "combination",
        "scenario",
        "choice_list",
    ];
    let mut rows = Published::of(text, b',', &wanted)?;
    let forms = head.forms()?;
    let mut body = Body::default();
    while let Some(line) = rows.next()? {
        let taken = normal(forms[0], "source", rows.cell(source)).and_then(|from| {
            let to = match rows.cell("no_map") {
                "1" => String::new(),
                _ => normal(forms[1], "target", rows.cell(target))?,
            };
            let is_combined = rows.cell("combination") == "1";
            let place = |name| {
                if is_combined {
                    rows.cell(name).to_owned()
                } else {
                    String::new()
                }
            };
            let is_approximate = rows.cell("approximate") == "1" && !to.is_empty();
            let approximate = if is_approximate { "1" } else { "" };
            Ok([
                from,
                to,
                approximate.to_owned(),
                place("scenario"),
                place("choice_list"),
            ])
        });
        body.take(line, taken);
    }
    body.read(head)
}

/// Reads a map of OpenDRG: a source and a target in each line.
///
/// # Errors
///
/// Refuses lines with other than two codes.
pub fn opendrg_map(text: &str, head: &MapHead) -> Result<Imported<CodeMap>, CodesError> {
    let forms = head.forms()?;
    let mut body = Body::default();
    for (line, row) in (1..)
        .zip(text.lines())
        .filter(|(_, row)| !row.trim().is_empty())
    {
        let codes: Vec<&str> = row.split_whitespace().collect();
        let [source, target] = codes[..] else {
            let fault = RowFault::Cells {
                found: codes.len(),
                expected: 2,
            };
            return Err(CodesError::Row { line, fault });
        };
        let from = normal(forms[0], "source", source);
        let taken = from.and_then(|from| {
            let to = normal(forms[1], "target", target)?;
            Ok([from, to, String::new(), String::new(), String::new()])
        });
        body.take(line, taken);
    }
    body.read(head)
}

/// The rows of a map in the making.
#[derive(Default)]
struct Body {
    rows: BTreeMap<String, Vec<[String; 5]>>,
    seen: BTreeSet<[String; 5]>,
    left_out: Vec<(u64, RowFault)>,
}

impl Body {
    fn take(&mut self, line: u64, row: Result<[String; 5], RowFault>) {
        match row {
            Ok(row) if self.seen.insert(row.clone()) => {
                self.rows.entry(row[0].clone()).or_default().push(row);
            }
            // What is said twice is said.
            Ok(_) => {}
            Err(fault) => self.left_out.push((line, fault)),
        }
    }

    fn read(self, head: &MapHead) -> Result<Imported<CodeMap>, CodesError> {
        let columns = ["source", "target", "approximate", "scenario", "choice"];
        let text = crate::sheet::write(head, columns, self.rows.into_values().flatten());
        let value = CodeMap::read(text.as_bytes())?;
        let left_out = self.left_out;
        Ok(Imported { value, left_out })
    }
}
