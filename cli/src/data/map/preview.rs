use std::io::Write;

use consilium_data::Values;
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::{Named, Opened};
use crate::table;
use crate::terminal::on_one_line;

/// Shows the first rows of a mapping's query.
pub(super) fn run(named: &Named, most: u64, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let opened = Opened::read(&named.file, lang)?;
    let loaded = opened.rows(Some(most), lang)?;
    let columns = loaded.table.columns();
    let rows = 0..loaded.table.rows();
    if named.json {
        let names: Vec<_> = columns.iter().map(|column| &column.name).collect();
        let row = |row| -> Vec<Value> {
            let cells = columns.iter().map(|column| cell(&column.values, row));
            cells.map(Option::unwrap_or_default).collect()
        };
        let rows: Vec<_> = rows.map(row).collect();
        let line = json!({
            "mapping": named.file,
            "for": "owner",
            "columns": names,
            "rows": rows,
        });
        return Ok(writeln!(out, "{line}")?);
    }
    let warning = lang.pick(
        "For the owner's eyes: these are single rows.",
        "仅供数据所有者查看：以下为个别行。",
    );
    writeln!(out, "{warning}")?;
    let mut table = table::table();
    table.set_header(columns.iter().map(|column| on_one_line(&column.name)));
    for row in rows {
        table.add_row(
            columns
                .iter()
                .map(|column| match cell(&column.values, row) {
                    None => String::new(),
                    Some(Value::String(text)) => on_one_line(&text),
                    Some(Value::Number(number)) => number.as_f64().unwrap_or_default().to_string(),
                    Some(other) => other.to_string(),
                }),
        );
    }
    Ok(writeln!(out, "{table}")?)
}

/// A cell; none if it is missing.
fn cell(values: &Values, row: usize) -> Option<Value> {
    match values {
        Values::Numbers(numbers) => numbers.get(row).map(Value::from),
        Values::Texts(texts) => texts.get(row).map(Value::from),
        Values::Flags(flags) => flags.get(row).map(Value::from),
        Values::Dates(dates) => dates.get(row).map(|day| day.to_string().into()),
        Values::Categories(levels) => levels
            .get(row)
            .and_then(|at| levels.levels().get(at).cloned())
            .map(Value::from),
    }
}
