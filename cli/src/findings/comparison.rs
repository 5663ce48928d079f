//! How each institution's own rows compare with those of the others.

use std::io::{self, Write};

use consilium_plan::Lang;
use consilium_statistics::Comparison;
use serde_json::Value;

use crate::table::{align_numbers, table};

/// What an institution has found of itself.
pub(crate) struct Own<'a> {
    pub(crate) party: &'a str,
    pub(crate) comparison: Comparison,
}

impl Own<'_> {
    /// Reads it from the institution's own report.
    pub(crate) fn of<'a>(party: &'a str, report: &Value) -> serde_json::Result<Own<'a>> {
        let own = report.get("own").cloned().unwrap_or_default();
        Ok(Own {
            party,
            comparison: serde_json::from_value(own)?,
        })
    }
}

/// Prints the columns by which institutions differ from the others.
pub(crate) fn print(all: &[Own<'_>], out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    let mut page = table();
    page.set_header([
        lang.pick("party", "参与方"),
        lang.pick("column", "列"),
        lang.pick("own rows missing", "自身缺失"),
        lang.pick("mean difference", "标准化均值差"),
        lang.pick("stability index", "稳定性指数"),
    ]);
    let shown = |value: Option<f64>| value.map_or_else(String::new, |it| format!("{it:.3}"));
    for own in all {
        for column in &own.comparison.columns {
            page.add_row([
                own.party.to_owned(),
                column.name.clone(),
                column.missing.to_string(),
                shown(column.mean_difference),
                shown(column.stability_index),
            ]);
        }
    }
    align_numbers(&mut page, 2..5);
    let heading = lang.pick(
        "Each institution's own rows against those of the others: known to itself alone",
        "各机构自身的行与其他机构相比：仅其自己知道",
    );
    writeln!(out, "{heading}\n{page}")
}
