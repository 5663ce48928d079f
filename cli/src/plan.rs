//! `consilium plan`: a study plan before it is submitted.

use std::{io::Write, path::PathBuf, time::Duration};

use clap::{Args, Subcommand};
use consilium_plan::{Lang, Plan, Speed};
use serde_json::json;

pub(crate) mod chain;
pub(crate) mod cost;
mod load;
mod weigh;

pub(crate) use load::{Loaded, load, load_from};

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
    #[command(
        after_help = "Example:\n  consilium plan check examples/heart-disease/plan.toml",
        alias = "show"
    )]
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
    /// Have institutions' rows count in the fit as much as their scorecards allow
    #[command(after_help = "\
Prints the plan in its canonical form with a weight for each contributor: the middle of the band \
of its data set's composite, as a share of 100. The cards are those of `consilium data list \
--federation --json`, of which each must be signed. Stewards approve the weights with the plan.

Example:
  consilium data list --federation --purpose training --json --as me > cards.jsonl
  consilium plan weigh plan.toml --cards cards.jsonl > weighed.toml")]
    Weigh(weigh::Weigh),
}

pub(crate) fn run(args: &PlanArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let (file, round_trip_ms, megabits, json) = match &args.command {
        PlanCommand::Check {
            file,
            round_trip_ms,
            megabits,
            json,
        } => (file, round_trip_ms, megabits, json),
        PlanCommand::Weigh(args) => return weigh::run(args, out, lang),
    };
    let plan = load(file, lang)?.plan;
    let estimate = plan.estimate();
    let speed = Speed {
        round_trip: Duration::from_millis(*round_trip_ms),
        bytes_per_second: megabits * 125_000,
    };
    let time = estimate.time(speed);
    let refused = Plan::of_institutions(&plan.to_string()).err();
    let refused = refused.map(|error| crate::hint::said(error, lang));
    if *json {
        let line = json!({
            "plan": plan.hash().to_string(),
            "title": plan.title(),
            "estimate": estimate,
            "estimated_s": time.as_secs_f64(),
            "parties": cost::parties(&cost::most(&plan)),
            "refused": refused,
        });
        writeln!(out, "{line}")?;
        return Ok(());
    }
    write!(out, "{}", plan.summary(None, lang))?;
    writeln!(out, "\n{}", lang.pick("What it will cost", "代价估计"))?;
    writeln!(out, "{}", cost::said(&plan, speed, lang))?;
    if let Some(why) = refused {
        let daemons = lang.pick("Daemons refuse this plan", "守护进程会拒绝该方案");
        writeln!(out, "\n{daemons}: {why}")?;
    }
    Ok(())
}
