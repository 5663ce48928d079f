//! What came of local weights of evidence over columns of several institutions.

use std::io::{self, Write};

use comfy_table::Table;
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::{cost, joint::label_holder, kept::Kept, outcome};
use crate::{
    findings::short,
    table::{align_numbers, table},
};

/// Gives the line that programs read: the label holder knows the evidence of all columns.
pub(super) fn to_json(kept: &Kept) -> Value {
    let contributors: Vec<&str> = kept.parties.iter().map(|own| own.party.as_str()).collect();
    json!({
        "local": kept.title,
        "kind": kept.kind,
        "study": kept.study,
        "mode": "processes",
        "ok": true,
        "wall_s": kept.wall.as_secs_f64(),
        "bytes": kept.frame_bytes(),
        "wire_bytes": kept.wire_bytes(),
        "contributors": contributors,
        "rows": label_holder(kept).map(|own| &own.report["rows"]),
        "weighed": columns(kept),
        "parties": kept.costs,
    })
}

/// Gives what people read: what each column tells of the labels, costs, who learnt what.
pub(super) fn page(kept: &Kept, lang: Lang) -> io::Result<String> {
    let mut page = Vec::new();
    writeln!(page, "{}\n", evidence(kept, lang))?;
    writeln!(page, "{}\n", cost::lines(&kept.costs, lang))?;
    let took = lang.pick(
        "seconds from submission to the end:",
        "从提交到结束的秒数：",
    );
    writeln!(page, "{took} {:.1}\n", kept.wall.as_secs_f64())?;
    outcome::print_learnt(&kept.learnt, &mut page, lang)?;
    String::from_utf8(page).map_err(io::Error::other)
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
