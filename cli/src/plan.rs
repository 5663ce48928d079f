//! `consilium plan`: a study plan before it is submitted.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use consilium_plan::{Estimate, Lang, Plan, PlanError, PlanFault, RawPlan, Speed, Task};
use consilium_schema::Schema;
use serde_json::json;

use crate::hint::OrHint as _;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium plan check examples/heart-disease/plan.toml
  consilium plan check plan.toml --round-trip-ms 60 --json")]
pub(crate) struct PlanArgs {
    #[command(subcommand)]
    command: PlanCommand,
}

#[derive(Debug, Subcommand)]
enum PlanCommand {
    /// Check a plan, and show what its parties would approve and what it will cost
    #[command(after_help = "Example:\n  consilium plan check examples/heart-disease/plan.toml")]
    Check {
        /// The plan, TOML
        file: PathBuf,

        /// Time to the coordinator and back, for the estimate
        #[arg(long, default_value_t = 40, value_name = "N")]
        round_trip_ms: u64,

        /// Bandwidth of an institution's link in megabits a second, for the estimate
        #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        megabits: u64,

        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(args: &PlanArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let PlanCommand::Check {
        file,
        round_trip_ms,
        megabits,
        json,
    } = &args.command;
    let plan = load(file, lang)?;
    let estimate = plan.estimate();
    let speed = Speed {
        round_trip: Duration::from_millis(*round_trip_ms),
        bytes_per_second: megabits * 125_000,
    };
    let time = estimate.time(speed);
    if *json {
        let line = json!({
            "plan": plan.hash().to_string(),
            "title": plan.title(),
            "estimate": estimate,
            "estimated_s": time.as_secs_f64(),
        });
        writeln!(out, "{line}")?;
        return Ok(());
    }
    write!(out, "{}", plan.summary(None, lang))?;
    writeln!(out, "\n{}", lang.pick("What it will cost", "代价估计"))?;
    writeln!(out, "{}", cost(&plan, time, lang))?;
    Ok(())
}

fn cost(plan: &Plan, time: Duration, lang: Lang) -> String {
    let Estimate {
        sums,
        rounds,
        sent_by_each,
        core_seconds,
        ..
    } = plan.estimate();
    let seconds = time.as_secs_f64();
    match plan.task() {
        Task::Train(_) => lang.pick(
            format!(
                "{sums} sums, {rounds} rounds, {sent_by_each} bytes sent by each institution, \
                 about {seconds:.1} s on the network"
            ),
            format!(
                "{sums} 次求和，{rounds} 轮通信，每家机构发送 {sent_by_each} 字节，\
                 网络上约 {seconds:.1} 秒"
            ),
        ),
        Task::Align(_) => lang.pick(
            format!(
                "for sets as large as the plan allows: {rounds} rounds, at most {sent_by_each} bytes \
                 sent by each institution, about {seconds:.1} s on the network, and {core_seconds} s \
                 of one core at the institution that computes most"
            ),
            format!(
                "按方案允许的最大集合：{rounds} 轮通信，每家机构至多发送 {sent_by_each} 字节，\
                 网络上约 {seconds:.1} 秒，另计算最多的机构约需单核 {core_seconds} 秒"
            ),
        ),
    }
}

/// Reads and checks a plan with the schema file it names.
pub(crate) fn load(file: &Path, lang: Lang) -> anyhow::Result<Plan> {
    let read = |path: &Path| {
        let reading = || format!("{} {}", lang.pick("reading", "读取"), path.display());
        fs::read_to_string(path).with_context(reading)
    };
    let within =
        |path: &Path| lang.pick(format!("in {}", path.display()), path.display().to_string());
    let raw = RawPlan::parse(&read(file)?).with_context(|| within(file))?;
    let schema = match raw.schema_file() {
        Some(name) => {
            let path = file.parent().unwrap_or(Path::new(".")).join(name);
            let parsed = Schema::from_toml(&read(&path)?);
            Some(parsed.with_context(|| within(&path))?)
        }
        None => None,
    };
    let checked = Plan::check(&raw, schema.as_ref());
    let has_no_range = matches!(
        &checked,
        Err(PlanError::Key {
            fault: PlanFault::NoRange { .. },
            ..
        })
    );
    let checked = checked.with_context(|| within(file));
    if !has_no_range {
        return checked;
    }
    checked.or_hint(lang.pick(
        "give the column min and max that no plausible value leaves, the same at all institutions; if 0 and 1 mean no and yes, it is of type \"boolean\"",
        "请为该列写明任何合理取值都不会超出的 min 和 max，各机构须一致；若 0 和 1 表示否和是，则类型为 \"boolean\"",
    ))
}
