//! `consilium plan`: a study plan before it is submitted.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use consilium_plan::{Lang, Plan, PlanError, PlanFault, RawPlan, Speed};
use consilium_schema::Schema;
use serde_json::json;

use crate::hint::OrHint as _;

mod cost;

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
            "parties": cost::parties(&plan),
        });
        writeln!(out, "{line}")?;
        return Ok(());
    }
    write!(out, "{}", plan.summary(None, lang))?;
    writeln!(out, "\n{}", lang.pick("What it will cost", "代价估计"))?;
    writeln!(out, "{}", cost::said(&plan, time, lang))?;
    Ok(())
}

/// Reads and checks a plan with the schema files it names, and with the plans whose files it names in
/// the place of their studies.
pub(crate) fn load(file: &Path, lang: Lang) -> anyhow::Result<Plan> {
    load_at(file, 0, lang)
}

/// A plan that predicts names one that grows trees, and that one one that aligns rows.
const DEEPEST: u8 = 2;

/// Reads a plan that another one names.
fn load_named(file: &Path, depth: u8, lang: Lang) -> anyhow::Result<Plan> {
    if depth == DEEPEST {
        bail!(lang.pick(
            format!("{} names plans that name each other", file.display()),
            format!("{} 所指定的方案互相引用", file.display()),
        ));
    }
    load_at(file, depth + 1, lang)
}

fn load_at(file: &Path, depth: u8, lang: Lang) -> anyhow::Result<Plan> {
    let read = |path: &Path| {
        let reading = || format!("{} {}", lang.pick("reading", "读取"), path.display());
        fs::read_to_string(path).with_context(reading)
    };
    let within =
        |path: &Path| lang.pick(format!("in {}", path.display()), path.display().to_string());
    let raw = RawPlan::parse(&read(file)?).with_context(|| within(file))?;
    let beside = |name: &str| file.parent().unwrap_or(Path::new(".")).join(name);
    let mut studies = BTreeMap::new();
    for name in raw.study_files() {
        let named = load_named(&beside(name), depth, lang).with_context(|| within(file))?;
        studies.insert(name.to_owned(), named.hash());
    }
    let raw = raw.with_studies(&studies);
    let mut schemas = BTreeMap::new();
    for name in raw.schema_files() {
        let path = beside(name);
        let parsed = Schema::from_toml(&read(&path)?);
        schemas.insert(name, parsed.with_context(|| within(&path))?);
    }
    let checked = Plan::check(&raw, &schemas);
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
