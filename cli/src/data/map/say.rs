//! Suggestions in words.

use std::io::Write;

use comfy_table::{ColumnConstraint, Width};
use consilium_catalogue::{Catalogue, Reason, Suggestion};
use consilium_plan::Lang;

use super::suggest::Found;
use crate::{
    table::{align_numbers, table},
    terminal::printable,
};

pub(super) fn write(
    found: &Found<'_>,
    catalogue: &Catalogue,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut rows = table();
    rows.set_header([
        lang.pick("column", "列"),
        lang.pick("feature", "特征"),
        lang.pick("meaning", "含义"),
        lang.pick("score", "得分"),
        lang.pick("because of", "依据"),
        lang.pick("or", "或者"),
    ]);
    for suggested in &found.columns {
        let column = printable(&suggested.column);
        let Some((first, others)) = suggested.features.split_first() else {
            rows.add_row([column, "-".to_owned()]);
            continue;
        };
        let others: Vec<&str> = others
            .iter()
            .take(2)
            .map(|one| one.feature.as_str())
            .collect();
        rows.add_row([
            column,
            first.feature.clone(),
            meaning(catalogue, &first.feature, lang),
            format!("{:.2}", first.score),
            because(first, lang),
            others.join(", "),
        ]);
    }
    align_numbers(&mut rows, 3..4);
    for (column, width) in [(0, 32), (2, 30), (4, 44), (5, 34)] {
        if let Some(column) = rows.column_mut(column) {
            column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(width)));
        }
    }
    let file = printable(&found.file.display().to_string());
    writeln!(out, "{file}\n{rows}")?;
    Ok(())
}

/// What a feature is called in the reader's language.
pub(super) fn meaning(catalogue: &Catalogue, id: &str, lang: Lang) -> String {
    let feature = catalogue.feature(id);
    let name = feature.map(|feature| lang.pick(&feature.name().en, &feature.name().zh));
    name.cloned().unwrap_or_default()
}

/// What speaks for a feature, and against it.
pub(super) fn because(suggestion: &Suggestion, lang: Lang) -> String {
    let said: Vec<String> = suggestion
        .reasons
        .iter()
        .map(|one| reason(one, lang))
        .collect();
    said.join(lang.pick(", ", "，"))
}

fn reason(reason: &Reason, lang: Lang) -> String {
    match (reason, lang) {
        (Reason::Name { name, alike }, Lang::En) => {
            format!("name like {name:?} ({:.0} %)", 100.0 * alike)
        }
        (Reason::Name { name, alike }, Lang::Zh) => {
            format!("名称近似“{name}”（{:.0}%）", 100.0 * alike)
        }
        (Reason::Table { table }, Lang::En) => format!("table {table}"),
        (Reason::Table { table }, Lang::Zh) => format!("所在表为 {table}"),
        (Reason::Type { kind }, Lang::En) => format!("cells are of type {kind}"),
        (Reason::Type { kind }, Lang::Zh) => format!("取值为 {kind} 类型"),
        (Reason::Range, _) => lang
            .pick("numbers in its range", "数值在其范围内")
            .to_owned(),
        (Reason::Levels, _) => lang.pick("cells are its levels", "取值为其类别").to_owned(),
        (Reason::OneOrTwo, _) => lang
            .pick(
                "cells are 1 and 2: the query has to say which is yes",
                "取值为 1 和 2：须在查询中说明何者为“是”",
            )
            .to_owned(),
        (Reason::Pattern { pattern }, Lang::En) => format!("cells look like {}", pattern.name()),
        (Reason::Pattern { pattern }, Lang::Zh) => format!("取值形如 {}", pattern.name()),
        (Reason::CellsDiffer, _) => lang
            .pick("but the cells go badly with it", "但取值与之不符")
            .to_owned(),
        (Reason::NoCells, _) => lang.pick("no cell to look at", "没有可看的取值").to_owned(),
        (other, _) => format!("{other:?}"),
    }
}
