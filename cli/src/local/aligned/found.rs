//! What each institution found in its own rows.

use std::io::{self, Write};

use comfy_table::Table;
use consilium_entities::{Reason, Repair, Text};
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use serde_json::Value;

use crate::{
    local::kept::PartyKept,
    table::{align_numbers, table},
};

/// An institution, and how many of its rows are what: [`consilium_entities::Counts`].
pub(crate) type Found<'a> = (&'a PartyId, Value);

/// Gives what institutions found in their own rows.
pub(crate) fn of(institutions: &[PartyKept]) -> Vec<Found<'_>> {
    let found = |own: &'_ PartyKept| own.report.pointer("/keys/counts").cloned();
    institutions
        .iter()
        .filter_map(|own| Some((&own.party, found(own)?)))
        .collect()
}

/// Prints how many rows gave keys, and what was repaired and refused, and why.
pub(crate) fn print(found: &[Found<'_>], out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    writeln!(out, "{}", keys(found, lang))?;
    for (party, counts) in found {
        for (group, code, Text { en, zh }) in repairs_and_reasons() {
            if let Some(count) = counts[group].get(code) {
                writeln!(out, "  {party}: {count} × {}", lang.pick(en, zh))?;
            }
        }
        let frequent = total(&counts["frequent_keys"]);
        if frequent > 0 {
            let text = lang.pick("a frequent key", "高频键");
            writeln!(out, "  {party}: {frequent} × {text}")?;
        }
    }
    Ok(())
}

/// Says whether an institution has rows to look at.
pub(super) fn has_odd_rows(found: &[Found<'_>]) -> bool {
    let odd = |counts: &Value| total(&counts["refused"]) + total(&counts["frequent_keys"]);
    found.iter().any(|(_, counts)| odd(counts) > 0)
}

fn repairs_and_reasons() -> impl Iterator<Item = (&'static str, &'static str, Text)> {
    let repairs = Repair::ALL
        .iter()
        .map(|it| ("repaired", it.code(), it.text()));
    let reasons = Reason::ALL
        .iter()
        .map(|it| ("refused", it.code(), it.text()));
    repairs.chain(reasons)
}

fn keys(found: &[Found<'_>], lang: Lang) -> Table {
    let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
    let mut table = table();
    table.set_header([
        say("institution", "机构"),
        say("rows", "行数"),
        say("valid", "有效"),
        say("cells repaired", "修复单元格"),
        say("refused", "拒绝"),
        say("incomplete", "不完整"),
        say("repeated rows", "重复行"),
        say("keys", "键"),
    ]);
    for (party, counts) in found {
        let count = |name| total(&counts[name]).to_string();
        let names = [
            "rows",
            "valid",
            "repaired",
            "refused",
            "missing",
            "repeated_rows",
            "keys",
        ];
        table.add_row([party.to_string()].into_iter().chain(names.map(count)));
    }
    align_numbers(&mut table, 1..8);
    table
}

/// A number, or the sum of those for several reasons.
fn total(count: &Value) -> u64 {
    let number = |count: &Value| count.as_u64().unwrap_or_default();
    count.as_object().map_or_else(
        || number(count),
        |reasons| reasons.values().map(number).sum(),
    )
}
