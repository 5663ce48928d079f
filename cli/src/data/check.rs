use std::io::Write;

use anyhow::anyhow;
use comfy_table::{Table, presets};
use consilium_data::{Loaded, ReadError, Refusal, Report, profile};
use serde_json::{Value, json};

use super::{Source, failed, say};
use crate::hint::{Hinted, Misuse};
use crate::terminal::on_one_line;
use consilium_plan::Lang;

/// Reads a file and reports on it; a file with faults is an error after the report.
pub(super) fn run(
    source: &Source,
    most_issues: usize,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    if source.file.extension().is_some_and(|it| it == "toml") {
        let file = source.file.display();
        let misuse = lang.pick(
            format!(
                "{file} is no table: a mapping is checked by `consilium data map check {file}`"
            ),
            format!("{file} 不是表格：映射请用 `consilium data map check {file}` 检查"),
        );
        return Err(Misuse(misuse).into());
    }
    let schema = source.schema(lang)?;
    let outcome = schema.and_then(|schema| source.load(&schema, most_issues));
    if source.json {
        writeln!(out, "{}", as_json(source, &outcome)?)?;
    } else {
        if outcome.is_ok() || matches!(&outcome, Err(ReadError::Refused(_))) {
            writeln!(out, "{}", say::schema(source.schema.as_deref(), lang))?;
        }
        match &outcome {
            Ok(loaded) => {
                write_report(&loaded.report, out, lang)?;
                writeln!(out, "{}", columns(loaded, lang))?;
            }
            Err(ReadError::Refused(refusal)) => write_refusal(refusal, out, lang)?,
            Err(_) => {}
        }
    }
    outcome.map(|_| ()).map_err(|error| match &error {
        ReadError::Refused(refusal) => Hinted {
            error: anyhow!(say::read_error(&error, lang)),
            hint: say::way_out_of(refusal, lang).to_owned(),
        }
        .into(),
        other => failed(other, lang),
    })
}

fn write_report(report: &Report, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let packed = if report.gzip { ", gzip" } else { "" };
    writeln!(
        out,
        "{}{}{packed}",
        lang.pick("encoding: ", "编码："),
        report.encoding
    )?;
    writeln!(
        out,
        "{}{}",
        lang.pick("delimiter: ", "分隔符："),
        report.delimiter
    )?;
    writeln!(out, "{}", say::counts(&report.counts, lang))?;
    for note in &report.notes {
        writeln!(out, "{}", say::note(note, lang))?;
    }
    Ok(())
}

fn write_refusal(refusal: &Refusal, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    write_report(&refusal.report, out, lang)?;
    for issue in &refusal.issues {
        writeln!(out, "  {}", say::issue(issue, lang))?;
    }
    if refusal.more > 0 {
        writeln!(out, "  {}", say::more(refusal.more, lang))?;
    }
    Ok(())
}

fn columns(loaded: &Loaded, lang: Lang) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header([
        lang.pick("column", "列"),
        lang.pick("type", "类型"),
        lang.pick("unit", "单位"),
        lang.pick("present", "有值"),
        lang.pick("missing", "缺失"),
    ]);
    say::align_right(&mut table, 3..5);
    for column in profile(&loaded.table).columns {
        table.add_row([
            on_one_line(&column.name),
            column.kind,
            column.unit.unwrap_or_default(),
            column.present.to_string(),
            column.missing.to_string(),
        ]);
    }
    table
}

fn as_json(source: &Source, outcome: &Result<Loaded, ReadError>) -> anyhow::Result<Value> {
    let mut line = json!({
        "file": source.file,
        "schema": source.schema.as_ref().map_or("drafted", |_| "declared"),
        "ok": outcome.is_ok(),
    });
    let report = match outcome {
        Ok(loaded) => Some(&loaded.report),
        Err(ReadError::Refused(refusal)) => {
            line["issues"] = serde_json::to_value(&refusal.issues)?;
            line["more_issues"] = refusal.more.into();
            Some(&refusal.report)
        }
        Err(_) => None,
    };
    if let Err(error) = outcome {
        line["error"] = error.to_string().into();
    }
    if let (Some(report), Value::Object(line)) = (report, &mut line)
        && let Value::Object(fields) = serde_json::to_value(report)?
    {
        line.extend(fields);
    }
    Ok(line)
}
