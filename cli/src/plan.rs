//! `consilium plan`: a study plan before it is submitted.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use consilium_plan::{Lang, Plan, RawPlan, Speed};
use consilium_schema::Schema;
use serde_json::json;

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
    let plan = load(file)?;
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
    writeln!(out, "{}", lang.pick(
        format!(
            "{} sums, {} rounds, {} bytes sent by each institution, about {:.1} s on the network",
            estimate.sums, estimate.rounds, estimate.sent_by_each, time.as_secs_f64()
        ),
        format!(
            "{} 次求和，{} 轮通信，每家机构发送 {} 字节，网络上约 {:.1} 秒",
            estimate.sums, estimate.rounds, estimate.sent_by_each, time.as_secs_f64()
        ),
    ))?;
    Ok(())
}

/// Reads and checks a plan with the schema file it names.
pub(crate) fn load(file: &Path) -> anyhow::Result<Plan> {
    let read = |path: &Path| {
        fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
    };
    let raw = RawPlan::parse(&read(file)?).with_context(|| format!("in {}", file.display()))?;
    let schema = match raw.schema_file() {
        Some(name) => {
            let path = file.parent().unwrap_or(Path::new(".")).join(name);
            let parsed = Schema::from_toml(&read(&path)?);
            Some(parsed.with_context(|| format!("in {}", path.display()))?)
        }
        None => None,
    };
    Plan::check(&raw, schema.as_ref()).with_context(|| format!("in {}", file.display()))
}
