//! Rows that break rules, as a table: they stay at home.

use consilium_quality::Offence;
use serde_json::{Map, Value};

/// Writes a line for each row: its rule, where it stands, its key and its cells, both as objects of JSON by column, in
/// which a missing cell is `null`.
pub(super) fn csv(offences: &[Offence]) -> anyhow::Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["rule", "table", "file", "row", "key", "cells"])?;
    for offence in offences {
        let row = offence.row.to_string();
        let (key, cells) = (object(&offence.key), object(&offence.cells));
        let file = offence.file.as_deref().unwrap_or_default();
        let [rule, table, file] = [&offence.rule, &offence.table, file].map(inert);
        csv.write_record([&rule, &table, &file, &row, &key, &cells])?;
    }
    Ok(String::from_utf8(csv.into_inner()?)?)
}

fn object(cells: &[(String, Option<String>)]) -> String {
    let cell = |(column, cell): &(String, Option<String>)| (column.clone(), cell.clone().into());
    Value::Object(cells.iter().map(cell).collect::<Map<_, _>>()).to_string()
}

/// A text that programs for tables don't take for a formula.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return format!("'{text}");
    }
    text.to_owned()
}

/// Cells with their columns; of a missing one, the column alone.
pub(super) fn cells(cells: &[(String, Option<String>)]) -> String {
    let cell = |(column, cell): &(String, Option<String>)| match cell {
        Some(cell) => format!("{column}={cell}"),
        None => format!("{column}="),
    };
    cells.iter().map(cell).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_is_a_formula_and_cells_can_be_told_apart() {
        let text = |text: &str| Some(text.to_owned());
        let offence = Offence {
            rule: "=1+1".to_owned(),
            table: "t".to_owned(),
            file: None,
            row: 3,
            key: vec![("=cmd".to_owned(), text("1; b=2"))],
            cells: vec![("a".to_owned(), None), ("b".to_owned(), text(""))],
        };
        let text = csv(&[offence]).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let record = reader.records().next().unwrap().unwrap();
        let fields: Vec<&str> = record.iter().collect();
        let cells = "{\"a\":null,\"b\":\"\"}";
        assert_eq!(
            fields,
            ["'=1+1", "t", "", "3", "{\"=cmd\":\"1; b=2\"}", cells]
        );
    }
}
