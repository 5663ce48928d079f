//! Columns of a file as texts.

use std::path::Path;

use consilium_data::{Reading, Values};
use consilium_plan::Lang;
use consilium_schema::Schema;
use toml::{Table, Value};

use crate::data;

/// Reads columns of a CSV file, plain or gzip, and calls `take` with the cells of each row; an empty cell
/// is an empty text.
pub(super) fn rows(
    file: &Path,
    names: &[&str],
    mut take: impl FnMut(&[&str]) -> anyhow::Result<()>,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut distinct: Vec<&str> = names.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let column = |name: &&str| {
        let pair = |key: &str, value: &str| (key.to_owned(), Value::from(value));
        Value::Table(Table::from_iter([pair("name", name), pair("type", "text")]))
    };
    let columns: Vec<Value> = distinct.iter().map(column).collect();
    let missing = Table::from_iter([("missing".to_owned(), Value::from(vec![""]))]);
    let schema = Table::from_iter([
        ("file".to_owned(), Value::from(missing)),
        ("column".to_owned(), Value::from(columns)),
    ]);
    let schema = Schema::from_toml(&schema.to_string())?;
    let loaded = Reading::new(&schema)
        .file(file)
        .map_err(|error| data::failed(&error, lang))?;
    let table = loaded.table;
    for row in 0..table.rows() {
        let cell = |name: &&str| match table.column(name).map(|column| &column.values) {
            Some(Values::Texts(texts)) => texts.get(row).unwrap_or_default(),
            _ => "",
        };
        let cells: Vec<&str> = names.iter().map(cell).collect();
        take(&cells)?;
    }
    Ok(())
}
