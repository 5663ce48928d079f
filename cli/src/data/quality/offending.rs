//! Rows that break rules, as a table: they stay at home.

use consilium_quality::Offence;

/// Writes a line for each row: its rule, where it stands, its key and its cells.
pub(super) fn csv(offences: &[Offence]) -> anyhow::Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["rule", "table", "file", "row", "key", "cells"])?;
    for offence in offences {
        let row = offence.row.to_string();
        let (key, cells) = (cells(&offence.key), cells(&offence.cells));
        let file = offence.file.as_deref().unwrap_or_default();
        csv.write_record([&offence.rule, &offence.table, file, &row, &key, &cells])?;
    }
    Ok(String::from_utf8(csv.into_inner()?)?)
}

/// Cells with their columns; of a missing one, the column alone.
pub(super) fn cells(cells: &[(String, Option<String>)]) -> String {
    let cell = |(column, cell): &(String, Option<String>)| match cell {
        Some(cell) => format!("{column}={cell}"),
        None => format!("{column}="),
    };
    cells.iter().map(cell).collect::<Vec<_>>().join("; ")
}
