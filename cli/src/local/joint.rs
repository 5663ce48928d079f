//! What came of a local study over columns of several institutions.

use std::io::{self, Write};

use comfy_table::Table;
use consilium_evaluation::Measures;
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::{
    cost,
    kept::{Kept, PartyKept},
    outcome,
};
use crate::{
    measures,
    table::{align_numbers, table},
};

/// Gives the line that programs read.
pub(super) fn to_json(kept: &Kept) -> Value {
    let label_holder = label_holder(kept);
    let told = |name: &str| label_holder.and_then(|own| own.report.get(name).cloned());
    let metrics = label_holder.and_then(measured);
    let parties = kept.parties.iter();
    let parties: Vec<&str> = parties.map(|own| own.party.as_str()).collect();
    json!({
        "local": kept.title,
        "study": kept.study,
        "mode": "processes",
        "ok": true,
        "wall_s": kept.wall.as_secs_f64(),
        "iterations": told("trees"),
        "bytes": kept.frame_bytes(),
        "wire_bytes": kept.wire_bytes(),
        "rows": told("fitted_rows"),
        "scored_rows": told("scored_rows"),
        "contributors": parties,
        "metrics": metrics.as_ref().map(measures::named).unwrap_or_default(),
        "parties": kept.costs,
    })
}

/// Gives what people read: whose columns serve, measures, costs, who learnt what.
pub(super) fn page(kept: &Kept, lang: Lang) -> io::Result<String> {
    let mut page = Vec::new();
    writeln!(page, "{}\n", columns(kept, lang))?;
    if let Some((own, measured)) = label_holder(kept).and_then(|own| Some((own, measured(own)?))) {
        let measured = [(own.party.as_str(), Some(measured))];
        writeln!(page, "{}\n", measures::lines(&measured, lang))?;
    }
    writeln!(page, "{}\n", cost::lines(&kept.costs, lang))?;
    let took = lang.pick(
        "seconds from submission to the end:",
        "从提交到结束的秒数：",
    );
    writeln!(page, "{took} {:.1}\n", kept.wall.as_secs_f64())?;
    outcome::print_learnt(&kept.learnt, &mut page, lang)?;
    String::from_utf8(page).map_err(io::Error::other)
}

/// Gives what the party with the labels keeps.
pub(crate) fn label_holder(kept: &Kept) -> Option<&PartyKept> {
    let mut parties = kept.parties.iter();
    parties.find(|own| own.report["role"] == "label-holder")
}

/// Gives the measures that a party keeps for itself.
pub(crate) fn measured(own: &PartyKept) -> Option<Measures> {
    let measures = own.report.get("own").filter(|it| !it.is_null())?;
    serde_json::from_value(measures.clone()).ok()
}

/// Says for each party what rows it scored, and how often the trees go by its columns.
fn columns(kept: &Kept, lang: Lang) -> Table {
    let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
    let mut table = table();
    table.set_header([
        say("party", "参与方"),
        say("role", "角色"),
        say("common rows fitted", "拟合的共同行"),
        say("scored", "评分行"),
        say("splits by its columns", "按其列的分裂"),
    ]);
    for own in &kept.parties {
        let number = |name: &str| own.report.get(name).map(Value::to_string);
        let role = match own.report["role"].as_str() {
            Some("label-holder") => say("label holder", "标签方"),
            _ => say("feature holder", "特征方"),
        };
        table.add_row([
            own.party.to_string(),
            role.to_owned(),
            number("fitted_rows").unwrap_or_default(),
            number("scored_rows").unwrap_or_default(),
            splits(own).map(|it| it.to_string()).unwrap_or_default(),
        ]);
    }
    align_numbers(&mut table, 2..5);
    table
}

/// Counts the splits by a party's own columns.
fn splits(own: &PartyKept) -> Option<u64> {
    let columns = own.report.pointer("/importance/columns")?.as_object()?;
    let splits = columns.values().filter_map(|of| of["splits"].as_u64());
    Some(splits.sum())
}
