//! A map as rows of a file.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, MapHead, Scenario};
use crate::{CodesError, Form, RowFault, sheet, sheet::Sheet, table::code};

const COLUMNS: [&str; 5] = ["source", "target", "approximate", "scenario", "choice"];

/// Reads what becomes of each code.
pub(super) fn read(
    sheet: &Sheet<'_>,
    forms: [Form; 2],
) -> Result<BTreeMap<String, Entry>, CodesError> {
    let mut rows: BTreeMap<String, OfSource> = BTreeMap::new();
    sheet.rows(&COLUMNS, 2, |line, cells| {
        let (source, row) = MapRow::of(line, forms, cells)?;
        rows.entry(source).or_default().push(row)
    })?;
    let entries = rows.into_iter();
    Ok(entries
        .map(|(source, of)| (source, entry(of.rows)))
        .collect())
}

/// Writes a map as its file.
pub(super) fn written(head: &MapHead, entries: &BTreeMap<String, Entry>) -> String {
    let mut rows = Vec::new();
    for (source, entry) in entries {
        if entry.scenarios.is_empty() {
            rows.push([
                source.clone(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ]);
        }
        let mut number = 0;
        for scenario in &entry.scenarios {
            let is_single = scenario.lists.len() == 1 && scenario.ways() == 1;
            number += usize::from(!is_single);
            for (choice, list) in scenario.lists.iter().enumerate() {
                let place = |at: usize| {
                    if is_single {
                        String::new()
                    } else {
                        at.to_string()
                    }
                };
                let approximate = if scenario.approximate { "1" } else { "" };
                rows.extend(list.iter().map(|target| {
                    let (scenario, choice) = (place(number), place(choice + 1));
                    [
                        source.clone(),
                        target.clone(),
                        approximate.to_owned(),
                        scenario,
                        choice,
                    ]
                }));
            }
        }
    }
    sheet::write(head, COLUMNS, rows.into_iter())
}

/// A row of the file.
struct MapRow {
    line: u64,
    target: Option<String>,
    approximate: bool,
    /// 0 for a target that stands for the source alone.
    scenario: u16,
    choice: u16,
}

impl MapRow {
    fn of(line: u64, forms: [Form; 2], cells: &[&str]) -> Result<(String, MapRow), RowFault> {
        let [source, target, approximate, scenario, choice] = cells else {
            return Err(RowFault::Cells {
                found: cells.len(),
                expected: COLUMNS.len(),
            });
        };
        let source = code(forms[0], "source", source)?;
        let target = match *target {
            "" => None,
            target => Some(code(forms[1], "target", target)?),
        };
        let approximate = match *approximate {
            "" | "0" => false,
            "1" => true,
            _ => {
                return Err(RowFault::Value {
                    column: "approximate",
                });
            }
        };
        let number = |column, text: &str| match text {
            "" => Ok(0),
            text => text.parse().map_err(|_| RowFault::Value { column }),
        };
        let (scenario, choice) = (number("scenario", scenario)?, number("choice", choice)?);
        if (scenario == 0) != (choice == 0) {
            return Err(RowFault::Value { column: "choice" });
        }
        if target.is_none() && scenario > 0 {
            return Err(RowFault::NoTarget);
        }
        Ok((
            source,
            MapRow {
                line,
                target,
                approximate,
                scenario,
                choice,
            },
        ))
    }
}

/// The rows of one source.
#[derive(Default)]
struct OfSource {
    rows: Vec<MapRow>,
    /// The line of each target, with its scenario and choice.
    lines: BTreeMap<(Option<String>, u16, u16), u64>,
}

impl OfSource {
    fn push(&mut self, row: MapRow) -> Result<(), RowFault> {
        let first = self.rows.first();
        if first.is_some_and(|first| first.target.is_none() || row.target.is_none()) {
            return Err(RowFault::NoTarget);
        }
        let place = (row.target.clone(), row.scenario, row.choice);
        if let Some(first) = self.lines.insert(place, row.line) {
            return Err(RowFault::Twice { first });
        }
        self.rows.push(row);
        Ok(())
    }
}

fn entry(rows: Vec<MapRow>) -> Entry {
    let mut entry = Entry::default();
    let mut combined: BTreeMap<u16, (bool, BTreeMap<u16, Vec<String>>)> = BTreeMap::new();
    for row in rows {
        let Some(target) = row.target else { continue };
        if row.scenario == 0 {
            entry
                .scenarios
                .extend(Entry::single(&target, row.approximate).scenarios);
            continue;
        }
        let (approximate, lists) = combined.entry(row.scenario).or_default();
        *approximate |= row.approximate;
        lists.entry(row.choice).or_default().push(target);
    }
    let mut seen: BTreeSet<Scenario> = entry.scenarios.iter().cloned().collect();
    for (approximate, lists) in combined.into_values() {
        let scenario = Scenario {
            lists: lists.into_values().collect(),
            approximate,
        };
        if seen.insert(scenario.clone()) {
            entry.scenarios.push(scenario);
        }
    }
    entry
}
