//! The keys of a file, as a plan declares them.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use clap::Args;
use consilium_data::Reading;
use consilium_entities::{Counts, Day, Intake, Report};
use consilium_plan::{Align, Lang, Task};
use consilium_schema::{Rows, Schema};
use serde_json::{Value, json};

use super::failed;
use crate::{clock, hint::OrHint as _, local::inputs, plan};

#[derive(Debug, Args)]
pub(super) struct Keys {
    /// A CSV file, plain or gzip
    file: PathBuf,
    /// The plan of kind align that declares the key
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// The file's schema; without one, the key's columns are taken as codes
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Keys, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let plan = plan::load(&args.plan, lang)?;
    let Task::Align(task) = plan.task() else {
        return Err(anyhow!(lang.pick(
            "the plan is of another kind and has no key",
            "该方案属于其他类型，没有键"
        )))
        .or_hint(lang.pick(
            "keys are those of plans of kind = \"align\"",
            "键属于 kind = \"align\" 的方案",
        ));
    };
    let schema = schema(args.schema.as_deref(), task)?;
    let days = clock::now().0.div_euclid(86_400);
    let today = i32::try_from(days).ok().and_then(Day::since_1970);
    let mut intake = Intake::new(&task.key, today.context("the clock shows no day")?);
    let columns: Vec<&str> = task.key_columns().collect();
    let mut pushed = Ok(());
    Reading::new(&schema)
        .file_texts(&args.file, &columns, |cells| {
            if pushed.is_ok() {
                pushed = intake.push(cells);
            }
        })
        .map_err(|error| failed(&error, lang))?;
    let finished = pushed.and_then(|()| intake.finish());
    let report = match &finished {
        Ok((_, report)) => Some(report),
        Err(error) => error.report(),
    };
    if let Some(report) = report {
        if args.json {
            writeln!(out, "{}", as_json(report))?;
        } else {
            print(report, out, lang)?;
        }
    }
    finished.map(drop).map_err(|error| {
        let stop = error.stop().text();
        anyhow!(lang.pick(stop.en, stop.zh))
    })
}

fn schema(file: Option<&Path>, task: &Align) -> anyhow::Result<Schema> {
    let text = match file {
        Some(file) => fs::read_to_string(file).with_context(|| file.display().to_string())?,
        None => inputs::of_keys(task),
    };
    Ok(Schema::from_toml(&text)?)
}

fn print(report: &Report, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
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
        let first = report
            .refused
            .get(reason)
            .map(|refusals| &refusals.first[..]);
        for issue in first.unwrap_or_default() {
            let (row, column) = (issue.row, &issue.column);
            let place = lang.pick(
                format!("row {row}, column {column}"),
                format!("第 {row} 行，列 {column}"),
            );
            writeln!(out, "  {place}")?;
        }
    }
    for repeat in &report.repeats {
        let (row, of) = (repeat.row, repeat.of);
        let place = lang.pick(
            format!("row {row} has the key of row {of}"),
            format!("第 {row} 行与第 {of} 行的键相同"),
        );
        writeln!(out, "  {place}")?;
    }
    Ok(())
}

fn as_json(report: &Report) -> Value {
    let refused = report.refused.iter().flat_map(|(reason, refusals)| {
        refusals.first.iter().map(|issue| {
            json!({ "row": issue.row.number(), "column": issue.column, "reason": reason.code() })
        })
    });
    let repeats = report.repeats.iter();
    json!({
        "counts": report.counts,
        "refused": refused.collect::<Vec<_>>(),
        "repeats": repeats
            .map(|repeat| json!({ "row": repeat.row.number(), "of": repeat.of.number() }))
            .collect::<Vec<_>>(),
    })
}
