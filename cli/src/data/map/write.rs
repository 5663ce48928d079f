mod parquet;

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;
use consilium_data::{Table, Values};
use consilium_plan::Lang;
use serde_json::json;

use super::{Named, Opened};
use crate::{new_file, terminal};

/// Runs a mapping's query and writes its rows.
pub(super) fn run(named: &Named, to: &Path, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let opened = Opened::read(&named.file, lang)?;
    // Before the query, which may take minutes; its rows are the owner's alone.
    let file = new_file::create_private(to, lang)?;
    let written = opened.rows(None, lang).and_then(|loaded| {
        let writing = || format!("{} {}", lang.pick("writing", "写入"), to.display());
        let is_parquet = to
            .extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("parquet"));
        let mut file = BufWriter::new(file);
        if is_parquet {
            parquet::write(&loaded.table, &mut file).with_context(writing)?;
        } else {
            csv(&loaded.table, &mut file).with_context(writing)?;
        }
        file.flush().with_context(writing)?;
        Ok(loaded)
    });
    let loaded = match written {
        Ok(loaded) => loaded,
        Err(error) => {
            // Nothing of it is worth keeping.
            let _ = fs::remove_file(to);
            return Err(error);
        }
    };
    let (rows, columns) = (loaded.table.rows(), loaded.table.columns().len());
    if named.json {
        let line = json!({ "mapping": named.file, "file": to, "rows": rows, "columns": columns });
        return Ok(writeln!(out, "{line}")?);
    }
    terminal::tell(&lang.pick(
        format!("{rows} rows of {columns} columns are in {}", to.display()),
        format!("{} 中有 {rows} 行、{columns} 列", to.display()),
    ));
    Ok(())
}

/// Writes a table as CSV in UTF-8; a missing cell is empty.
fn csv(table: &Table, to: &mut dyn Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(table.columns().iter().map(|column| &column.name))?;
    let mut cell = String::new();
    for row in 0..table.rows() {
        for column in table.columns() {
            cell.clear();
            text(&column.values, row, &mut cell);
            csv.write_field(&cell)?;
        }
        csv.write_record(None::<&[u8]>)?;
    }
    Ok(csv.flush()?)
}

fn text(values: &Values, row: usize, to: &mut String) {
    use std::fmt::Write as _;
    let written = match values {
        Values::Numbers(numbers) => numbers.get(row).map(|it| write!(to, "{it}")),
        Values::Texts(texts) => texts.get(row).map(|it| write!(to, "{it}")),
        Values::Flags(flags) => flags.get(row).map(|it| write!(to, "{it}")),
        Values::Dates(dates) => dates.get(row).map(|it| write!(to, "{it}")),
        Values::Categories(levels) => {
            let level = levels.get(row).and_then(|at| levels.levels().get(at));
            level.map(|it| write!(to, "{it}"))
        }
    };
    written.unwrap_or(Ok(())).expect("a string takes any text");
}
