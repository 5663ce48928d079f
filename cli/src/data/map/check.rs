use std::io::Write;

use consilium_mapping::{OutputColumn, QueryError, compare};
use consilium_plan::Lang;
use serde_json::json;

use super::{Named, Opened, failed};
use crate::table;
use crate::terminal::on_one_line;

/// Plans a mapping's query; what doesn't fit the schema is an error after the columns.
pub(super) fn run(named: &Named, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let opened = Opened::read(&named.file, lang)?;
    let given = opened.query().plan().map_err(|error| failed(error, lang))?;
    let differ = compare(&opened.mapping, &given, &opened.schema);
    if named.json {
        let line = json!({
            "mapping": named.file,
            "ok": differ.is_empty(),
            "columns": given,
            "mismatches": differ,
            "catalogue": opened.catalogue.as_ref().map(|it| json!({
                "name": it.name(),
                "version": it.version(),
                "hash": it.hash().to_string(),
            })),
        });
        writeln!(out, "{line}")?;
    } else {
        writeln!(out, "{}", columns(&opened, &given, lang))?;
        if let Some(catalogue) = &opened.catalogue {
            let said = lang.pick("catalogue: ", "目录：");
            let (name, version, hash) = (catalogue.name(), catalogue.version(), catalogue.hash());
            writeln!(out, "{said}{name} {version} {hash}")?;
        }
    }
    if differ.is_empty() {
        return Ok(());
    }
    Err(failed(QueryError::Columns(differ), lang))
}

fn columns(opened: &Opened, given: &[OutputColumn], lang: Lang) -> comfy_table::Table {
    let mut table = table::table();
    table.set_header([
        lang.pick("column", "列"),
        lang.pick("the query gives", "查询给出"),
        lang.pick("the schema declares", "数据结构声明"),
        lang.pick("unit", "单位"),
    ]);
    for declared in opened.schema.columns() {
        let found = given.iter().find(|column| column.name == declared.name());
        table.add_row([
            on_one_line(declared.name()),
            found.map_or("-", |column| column.kind.name()).to_owned(),
            declared.kind().name().to_owned(),
            declared.unit().map(ToString::to_string).unwrap_or_default(),
        ]);
    }
    let passed = |column: &&OutputColumn| opened.schema.column(&column.name).is_none();
    for column in given.iter().filter(passed) {
        table.add_row([
            on_one_line(&column.name),
            column.kind.name().to_owned(),
            lang.pick("- (passed over)", "-（跳过）").to_owned(),
            String::new(),
        ]);
    }
    table
}
