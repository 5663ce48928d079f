//! What came of local weights of evidence over columns of several institutions.

use std::io::{self, Write};

use comfy_table::Table;
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::{joint::label_holder, kept::Kept};
use crate::{
    findings::short,
    table::{align_numbers, table},
};

/// Gives what programs read of the columns: the label holder knows the evidence of all columns.
pub(super) fn to_json(kept: &Kept) -> Value {
    json!({
        "contributors": kept.names(),
        "rows": label_holder(kept).map(|own| &own.report["rows"]),
        "weighed": columns(kept),
    })
}

/// Prints what each column tells of the labels.
pub(super) fn print(kept: &Kept, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    writeln!(out, "{}\n", evidence(kept, lang))
}

fn columns(kept: &Kept) -> &[Value] {
    let own = label_holder(kept).and_then(|own| own.report["weighed"].as_array());
    own.map_or(&[], Vec::as_slice)
}

/// Names the columns that tell most first.
fn evidence(kept: &Kept, lang: Lang) -> Table {
    let value = |column: &Value| column.pointer("/evidence/information_value")?.as_f64();
    let mut all: Vec<&Value> = columns(kept).iter().collect();
    all.sort_by(|one, other| {
        value(other)
            .partial_cmp(&value(one))
            .unwrap_or_else(|| value(other).is_some().cmp(&value(one).is_some()))
    });
    let mut page = table();
    page.set_header([
        lang.pick("party", "参与方"),
        lang.pick("column", "列"),
        lang.pick("information value", "信息值"),
        lang.pick("bins", "分箱数"),
    ]);
    let text = |column: &Value, key: &str| column[key].as_str().unwrap_or_default().to_owned();
    for column in all {
        let bins = column.pointer("/evidence/bins").and_then(Value::as_array);
        page.add_row([
            text(column, "party"),
            text(column, "name"),
            value(column).map_or("–".to_owned(), short),
            bins.map_or("–".to_owned(), |bins| bins.len().to_string()),
        ]);
    }
    align_numbers(&mut page, 2..4);
    page
}
