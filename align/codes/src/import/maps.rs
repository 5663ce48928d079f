use std::collections::{BTreeMap, BTreeSet};

use super::{Imported, Published, normal};
use crate::{CodeMap, CodesError, MapHead, RowFault};

/// Columns of General Equivalence Mappings, by the system of their codes.
const COLUMNS: [(&str, &str); 4] = [
    ("icd-9-cm", "icd9cm"),
    ("icd-10-cm", "icd10cm"),
    ("icd-9-cm-procedures", "icd9pcs"),
    ("icd-10-pcs", "icd10pcs"),
];

/// Reads a General Equivalence Mapping of the Centers for Medicare and Medicaid Services in CSV form:
/// columns for source and target, `approximate`, `no_map`, `combination`, `scenario`, `choice_list`.
/// Diagnoses lead to diagnoses, procedures to procedures, forwards or backwards.
///
/// A source of which one row can't be taken is left out whole: without it the others would say less.
///
/// # Errors
///
/// Refuses a head with other systems, a file without these columns or that leads the other way, and
/// rows that contradict each other.
pub fn gem(text: &str, head: &MapHead) -> Result<Imported<CodeMap>, CodesError> {
    let (source, target) = columns(head)?;
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
    if rows.header.get(source) > rows.header.get(target) {
        return Err(CodesError::Declared(
            "the file leads the other way: its first column is of the system where the map is to lead",
        ));
    }
    let forms = head.forms()?;
    let mut body = Body::default();
    while let Some(line) = rows.next()? {
        let from = normal(forms[0], "source", rows.cell(source));
        let to = match rows.cell("no_map") {
            "1" => Ok(String::new()),
            _ => normal(forms[1], "target", rows.cell(target)),
        };
        let rest = to.map(|to| {
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
            [
                to,
                approximate.to_owned(),
                place("scenario"),
                place("choice_list"),
            ]
        });
        body.take(line, from, rest);
    }
    body.read(head)
}

/// The columns of source and target.
fn columns(head: &MapHead) -> Result<(&'static str, &'static str), CodesError> {
    let column = |system: &str| COLUMNS.iter().position(|(known, _)| *known == system);
    let pair = column(&head.from.system).zip(column(&head.to.system));
    // Both of diagnoses or both of procedures.
    let pair = pair.filter(|(from, to)| from != to && from / 2 == to / 2);
    pair.map(|(from, to)| (COLUMNS[from].1, COLUMNS[to].1))
        .ok_or(CodesError::Declared(
            "such mappings lead from icd-9-cm to icd-10-cm or icd-9-cm-procedures to icd-10-pcs, or back",
        ))
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
        let to = normal(forms[1], "target", target);
        let rest = to.map(|to| [to, String::new(), String::new(), String::new()]);
        body.take(line, from, rest);
    }
    body.read(head)
}

/// The rows of a map in the making.
#[derive(Default)]
struct Body {
    rows: BTreeMap<String, Vec<(u64, [String; 4])>>,
    seen: BTreeSet<(String, [String; 4])>,
    /// Sources of which a row can't be taken, with its line.
    broken: BTreeMap<String, u64>,
    left_out: Vec<(u64, RowFault)>,
}

impl Body {
    /// Takes a row: its source, and the cells beside it.
    fn take(
        &mut self,
        line: u64,
        source: Result<String, RowFault>,
        rest: Result<[String; 4], RowFault>,
    ) {
        match (source, rest) {
            (Ok(source), Ok(rest)) => {
                // What is said twice is said.
                if self.seen.insert((source.clone(), rest.clone())) {
                    self.rows.entry(source).or_default().push((line, rest));
                }
            }
            (Ok(source), Err(fault)) => {
                self.broken.entry(source).or_insert(line);
                self.left_out.push((line, fault));
            }
            (Err(fault), _) => self.left_out.push((line, fault)),
        }
    }

    fn read(mut self, head: &MapHead) -> Result<Imported<CodeMap>, CodesError> {
        for (source, line) in self.broken {
            let beside = self.rows.remove(&source).into_iter().flatten();
            let fault = RowFault::Beside { line };
            self.left_out.extend(beside.map(|(line, _)| (line, fault)));
        }
        self.left_out.sort_by_key(|(line, _)| *line);
        let columns = ["source", "target", "approximate", "scenario", "choice"];
        let rows = self.rows.into_iter().flat_map(|(source, rows)| {
            rows.into_iter().map(move |(_, rest)| {
                let [target, approximate, scenario, choice] = rest;
                [source.clone(), target, approximate, scenario, choice]
            })
        });
        let value = CodeMap::read(crate::sheet::write(head, columns, rows).as_bytes())?;
        let left_out = self.left_out;
        Ok(Imported { value, left_out })
    }
}
