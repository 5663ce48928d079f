//! `consilium lab report`.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{bail, ensure};
use clap::Args;
use consilium_lab::{CellKey, Experiment, Outcome, Report};
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::{cells::Bench, folder};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium lab report examples/heart-disease/lab.toml
  consilium --lang zh lab report lab.toml --out results")]
pub(crate) struct ReportArgs {
    /// The experiment, TOML
    #[arg(value_name = "EXPERIMENT")]
    experiment: PathBuf,

    /// Where its finished cells lie, and reports are left; default: `consilium-lab/NAME`, as `lab run`
    /// has it
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// Print one line of JSON with the verdicts instead of a table
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ReportArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let usual = || folder::usual(&args.experiment);
    let folder = args.out.clone().unwrap_or_else(usual);
    let bench = Bench::open(&args.experiment, &folder)?;
    folder::check(&folder, &bench.experiment, lang)?;
    let finished = bench.cells().into_iter().filter_map(|(key, cell)| {
        let outcome = bench.finished(&key, &cell)?;
        Some((key, outcome))
    });
    let finished: Vec<(CellKey, Outcome)> = finished.collect();
    if finished.is_empty() {
        bail!(lang.pick(
            format!(
                "no cell of this experiment is finished in {}",
                folder.display()
            ),
            format!("{} 中没有本实验已完成的单元", folder.display()),
        ));
    }
    write(
        (&bench.experiment, &finished),
        &folder,
        (out, args.json),
        lang,
    )
}

/// Writes all forms of the report beside the cells, and prints the verdicts.
pub(super) fn write(
    (experiment, outcomes): (&Experiment, &[(CellKey, Outcome)]),
    folder: &Path,
    (out, is_json): (&mut dyn Write, bool),
    lang: Lang,
) -> anyhow::Result<()> {
    let report = Report::new(experiment, outcomes);
    // The folder is known by the first: it is there before any other.
    folder::write(&folder.join(folder::REPORT), report.json().as_bytes(), lang)?;
    let beside = [
        report.html(lang).into_bytes(),
        report.csv().into_bytes(),
        report.parquet()?,
    ];
    for (name, content) in folder::BESIDE.into_iter().zip(beside) {
        folder::write(&folder.join(name), &content, lang)?;
    }
    if is_json {
        writeln!(out, "{}", last_line(&report))?;
    } else {
        writeln!(out, "{}", page(&report, lang))?;
        let page = folder.join("report.html");
        let whole = lang.pick("the whole report: ", "完整报告：");
        writeln!(out, "{whole}{}", page.display())?;
    }
    ensure!(
        report.is_judged(),
        lang.pick(
            "no setting could be judged: the report says why",
            "没有任何设置可以判定：原因见报告",
        )
    );
    ensure!(
        report.is_whole(),
        lang.pick(
            "the exact plan, or all rows in one place, gave no model in some runs: the report says why",
            "部分运行中精确方案或集中训练未得到模型：原因见报告",
        )
    );
    Ok(())
}

/// Gives what each setting loses and saves, for a terminal.
fn page(report: &Report, lang: Lang) -> String {
    let settings = report.settings.iter().map(|setting| {
        let (number, turned) = (setting.number.0, setting.turned());
        format!(
            "{number:>3}. {turned}\n     {}\n",
            report.sentence(setting, lang)
        )
    });
    let remarks = report.remarks(lang);
    let remarks: String = remarks.iter().flat_map(|remark| [remark, "\n"]).collect();
    let mut settings: String = settings.collect();
    if settings.is_empty() {
        settings += lang.pick(
            "no settings: baselines only\n",
            "没有设置：仅有比较的基准\n",
        );
    }
    let dropped = match report.rows.dropped {
        0 => String::new(),
        dropped => lang.pick(
            format!("{dropped} rows of no party are left out\n\n"),
            format!("{dropped} 行不属于任何机构，未使用\n\n"),
        ),
    };
    let gap = if remarks.is_empty() { "" } else { "\n" };
    format!("# {}\n\n{dropped}{settings}{gap}{remarks}", report.title)
}

/// Gives the verdicts as a line of JSON.
fn last_line(report: &Report) -> Value {
    let verdicts = report.settings.iter().map(|setting| {
        let Some(verdict) = &setting.verdict else {
            let reason = setting.reason.as_ref().map(|reason| reason.say(Lang::En));
            return json!({ "setting": setting.turned(), "passes": false, "reason": reason });
        };
        json!({
            "setting": setting.turned(),
            "lost": verdict.lost.estimate,
            "saved_cpu": verdict.saved_cpu.estimate,
            "ci": { "lost": verdict.lost, "saved_cpu": verdict.saved_cpu },
            "confidence": verdict.confidence,
            "unsure": verdict.unsure,
            "passes": verdict.passes,
            "runs": verdict.pairs,
        })
    });
    json!({
        "lab": report.title,
        "ok": report.is_whole(),
        "cells": report.cells.len(),
        "of": report.of,
        "lost_of": report.lost_of,
        "rows": report.rows,
        "verdicts": verdicts.collect::<Vec<Value>>(),
    })
}
