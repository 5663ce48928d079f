use std::collections::BTreeMap;

use super::{Imported, Published, normal, tidy};
use crate::{CodeRow, CodeTable, CodesError, Form, RowFault, TableHead};

/// Reads the tabular list of ICD-10-CM: `code`, `description`, `parent`, `chapter`.
///
/// # Errors
///
/// Refuses a file without these columns.
pub fn icd10cm(text: &str, head: &TableHead) -> Result<Imported<CodeTable>, CodesError> {
    let mut rows = Published::of(text, b',', &["code", "description", "parent"])?;
    let mut body = Body::default();
    while let Some(line) = rows.next()? {
        let row = normal(Form::Icd10, "code", rows.cell("code")).and_then(|code| {
            let parent = match rows.cell("parent") {
                "" => None,
                parent => Some(normal(Form::Icd10, "parent", parent)?),
            };
            let en = tidy(rows.cell("description"));
            Ok((
                code,
                CodeRow {
                    en,
                    parent,
                    ..CodeRow::default()
                },
            ))
        });
        body.take(line, row);
    }
    body.table(head)
}

/// Reads ICD-10 in Chinese: categories (`code`, `disease`, tabs between) and the ranges of chapters and
/// blocks (`code_lower_bound`, `code_upper_bound`, `level`, `catalog`). Categories stand under their
/// block, blocks under their chapter.
///
/// # Errors
///
/// Refuses files without these columns.
pub fn icd10_cn(
    diseases: &str,
    catalogue: &str,
    head: &TableHead,
) -> Result<Imported<CodeTable>, CodesError> {
    let mut body = Body::default();
    let bounds = ["code_lower_bound", "code_upper_bound"];
    let delimiter = |text: &str| {
        if text.lines().next().unwrap_or("").contains('\t') {
            b'\t'
        } else {
            b','
        }
    };
    let mut rows = Published::of(
        catalogue,
        delimiter(catalogue),
        &[bounds[0], bounds[1], "level", "catalog"],
    )?;
    let mut ranges: Vec<(u8, [String; 2])> = Vec::new();
    while let Some(line) = rows.next()? {
        let range = normal(Form::Icd10, "code", rows.cell(bounds[0])).and_then(|first| {
            let last = normal(Form::Icd10, "code", rows.cell(bounds[1]))?;
            let level = rows
                .cell("level")
                .parse()
                .map_err(|_| RowFault::Value { column: "level" })?;
            Ok((level, [first, last]))
        });
        let row = range.map(|(level, range)| {
            let parent = narrowest(&ranges, level, &range[0], &range[1]);
            ranges.push((level, range.clone()));
            let zh = tidy(rows.cell("catalog"));
            (
                range.join("-"),
                CodeRow {
                    zh,
                    parent,
                    ..CodeRow::default()
                },
            )
        });
        body.take(line, row);
    }
    let mut rows = Published::of(diseases, delimiter(diseases), &["code", "disease"])?;
    while let Some(line) = rows.next()? {
        let row = normal(Form::Icd10, "code", rows.cell("code")).map(|code| {
            let category = code.get(..3).unwrap_or(&code);
            let parent = narrowest(&ranges, u8::MAX, category, category);
            let zh = tidy(rows.cell("disease"));
            (
                code,
                CodeRow {
                    zh,
                    parent,
                    ..CodeRow::default()
                },
            )
        });
        body.take(line, row);
    }
    body.table(head)
}

/// The range of a higher level in which a range lies, the lowest of them.
fn narrowest(ranges: &[(u8, [String; 2])], level: u8, first: &str, last: &str) -> Option<String> {
    let around = |(other, range): &&(u8, [String; 2])| {
        *other < level && range[0].as_str() <= first && last <= range[1].as_str()
    };
    let found = ranges.iter().filter(around).max_by_key(|(level, _)| *level);
    found.map(|(_, range)| range.join("-"))
}

/// Reads a list of OpenDRG: a code in each line, with its name or a 1 after it. Diagnoses, procedures,
/// complications and groups come so.
///
/// # Errors
///
/// None beyond those of the result.
pub fn opendrg_codes(text: &str, head: &TableHead) -> Result<Imported<CodeTable>, CodesError> {
    let form = Form::named(&head.system)?;
    let mut body = Body::default();
    for (line, row) in (1..)
        .zip(text.lines())
        .filter(|(_, row)| !row.trim().is_empty())
    {
        let (code, name) = row.split_once(' ').unwrap_or((row, ""));
        let zh = if name.trim() == "1" {
            String::new()
        } else {
            tidy(name)
        };
        let row = normal(form, "code", code).map(|code| {
            (
                code,
                CodeRow {
                    zh,
                    ..CodeRow::default()
                },
            )
        });
        body.take(line, row);
    }
    body.table(head)
}

/// The rows of a table in the making.
#[derive(Default)]
struct Body {
    rows: BTreeMap<String, (u64, CodeRow)>,
    left_out: Vec<(u64, RowFault)>,
}

impl Body {
    fn take(&mut self, line: u64, row: Result<(String, CodeRow), RowFault>) {
        match row {
            Ok((code, row)) => match self.rows.get(&code) {
                Some((first, _)) => self
                    .left_out
                    .push((line, RowFault::Twice { first: *first })),
                None => drop(self.rows.insert(code, (line, row))),
            },
            Err(fault) => self.left_out.push((line, fault)),
        }
    }

    /// Makes the table; a parent that was left out stands above nothing.
    fn table(mut self, head: &TableHead) -> Result<Imported<CodeTable>, CodesError> {
        let codes: std::collections::BTreeSet<String> = self.rows.keys().cloned().collect();
        for (_, row) in self.rows.values_mut() {
            row.parent = row.parent.take().filter(|parent| codes.contains(parent));
        }
        let rows = self.rows.into_iter().map(|(code, (_, row))| (code, row));
        let value = CodeTable::new(head, rows)?;
        let left_out = self.left_out;
        Ok(Imported { value, left_out })
    }
}
