//! A table as rows of a file.

use super::{CodeRow, Status, TableHead, code};
use crate::{Day, Form, RowFault, sheet};

pub(super) const COLUMNS: [&str; 7] = ["code", "en", "zh", "parent", "from", "until", "status"];

/// Reads a row: a code, and what is said of it.
pub(super) fn read(form: Form, cells: &[&str]) -> Result<(String, CodeRow), RowFault> {
    let [own, en, zh, parent, from, until, status] = cells else {
        return Err(RowFault::Cells {
            found: cells.len(),
            expected: COLUMNS.len(),
        });
    };
    let own = code(form, "code", own)?;
    let parent = match *parent {
        "" => None,
        parent => Some(code(form, "parent", parent)?),
    };
    let (from, until) = (day("from", from)?, day("until", until)?);
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        return Err(RowFault::Backwards);
    }
    let status = match *status {
        "" | "active" => Status::Active,
        "stopped" => Status::Stopped,
        other => {
            let replacement = other.strip_prefix("replaced-by:").ok_or(RowFault::Status)?;
            Status::ReplacedBy(code(form, "status", replacement)?)
        }
    };
    let row = CodeRow {
        en: (*en).to_owned(),
        zh: (*zh).to_owned(),
        parent,
        from,
        until,
        status,
    };
    Ok((own, row))
}

fn day(column: &'static str, text: &str) -> Result<Option<Day>, RowFault> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.parse().map_err(|day| RowFault::Day { column, day })?;
    Ok(Some(day))
}

/// Writes a table as its file.
pub(super) fn written(head: &TableHead, rows: impl Iterator<Item = (String, CodeRow)>) -> String {
    let day = |day: Option<Day>| day.map(String::from).unwrap_or_default();
    let cells = |(code, row): (String, CodeRow)| {
        let status = match row.status {
            Status::Active => String::new(),
            Status::Stopped => "stopped".to_owned(),
            Status::ReplacedBy(other) => format!("replaced-by:{other}"),
        };
        let parent = row.parent.unwrap_or_default();
        [
            code,
            row.en,
            row.zh,
            parent,
            day(row.from),
            day(row.until),
            status,
        ]
    };
    sheet::write(head, COLUMNS, rows.map(cells))
}
