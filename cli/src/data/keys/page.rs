//! What was found in the keys, for people and for programs.

use std::io::{self, Write};

use consilium_entities::{Counts, FrequentKey, Report};
use consilium_plan::Lang;
use consilium_schema::Rows;
use serde_json::{Value, json};

use super::verdict::Verdict;

pub(super) fn print(report: &Report, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    let Counts {
        rows,
        valid,
        missing,
        keys,
        repeated_keys,
        repeated_rows,
        ..
    } = &report.counts;
    let line = |out: &mut dyn Write, en: &str, zh: &str, count: &Rows| {
        writeln!(out, "{}{}{count}", lang.pick(en, zh), lang.pick(": ", "："))
    };
    line(out, "rows", "行数", rows)?;
    line(out, "rows with a valid key", "具有有效键的行", valid)?;
    line(out, "different keys", "不同的键", keys)?;
    line(
        out,
        "rows that lack a part of the key",
        "缺少键某一部分的行",
        missing,
    )?;
    line(
        out,
        "keys that several rows have",
        "多行共用的键",
        repeated_keys,
    )?;
    line(
        out,
        "rows that have such a key",
        "具有此类键的行",
        repeated_rows,
    )?;
    for (repair, count) in &report.counts.repaired {
        let text = repair.text();
        line(out, text.en, text.zh, count)?;
    }
    for (reason, count) in &report.counts.refused {
        let text = reason.text();
        line(out, text.en, text.zh, count)?;
        let named = report.refused.get(reason).map(|it| &it.first[..]);
        for issue in named.unwrap_or_default() {
            let (row, column) = (issue.row, &issue.column);
            let place = lang.pick(
                format!("row {row}, column {column}"),
                format!("第 {row} 行，列 {column}"),
            );
            writeln!(out, "  {place}")?;
        }
        more(out, report.unnamed(*reason), lang)?;
    }
    for repeat in &report.repeats {
        let (row, of) = (repeat.row, repeat.of);
        let place = lang.pick(
            format!("row {row} has the key of row {of}"),
            format!("第 {row} 行与第 {of} 行的键相同"),
        );
        writeln!(out, "  {place}")?;
    }
    more(out, report.unnamed_repeats(), lang)?;
    frequent(report, out, lang)
}

/// Warns of frequent keys.
fn frequent(report: &Report, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    let frequent = report.counts.frequent_keys;
    if frequent == Rows(0) {
        return Ok(());
    }
    let times = Report::FREQUENT;
    let warning = lang.pick(
        format!(
            "frequent keys, with over {times} times the rows of a key on average: {frequent}; \
             look whether they stand for people"
        ),
        format!("高频键（行数超过平均的 {times} 倍）：{frequent}；请核对它们是否代表真实的人"),
    );
    writeln!(out, "{warning}")?;
    for FrequentKey { first, rows } in &report.frequent {
        let place = lang.pick(
            format!("{rows} rows have the key of row {first}"),
            format!("第 {first} 行的键由 {rows} 行共用"),
        );
        writeln!(out, "  {place}")?;
    }
    more(out, report.unnamed_frequent(), lang)
}

fn more(out: &mut dyn Write, unnamed: u64, lang: Lang) -> io::Result<()> {
    if unnamed == 0 {
        return Ok(());
    }
    let said = lang.pick(
        format!("and {unnamed} more: --issues N names more of them"),
        format!("另有 {unnamed} 项：--issues N 可列出更多"),
    );
    writeln!(out, "  {said}")
}

pub(super) fn as_json(report: &Report, verdict: &Verdict<'_>) -> Value {
    let refused = report.refused.iter().flat_map(|(reason, refusals)| {
        refusals.first.iter().map(|issue| {
            json!({ "row": issue.row.number(), "column": issue.column, "reason": reason.code() })
        })
    });
    let repeats = report.repeats.iter();
    json!({
        "counts": report.counts,
        "refused": refused.collect::<Vec<_>>(),
        "refused_unnamed": report.unnamed_refusals(),
        "repeats": repeats
            .map(|repeat| json!({ "row": repeat.row.number(), "of": repeat.of.number() }))
            .collect::<Vec<_>>(),
        "repeats_unnamed": report.unnamed_repeats(),
        "frequent": report.frequent.iter()
            .map(|key| json!({ "row": key.first.number(), "rows": key.rows }))
            .collect::<Vec<_>>(),
        "frequent_unnamed": report.unnamed_frequent(),
        "fails": verdict.to_json(),
    })
}
