//! `consilium demo`: four real hospitals train one model.

use std::{io::Write, path::PathBuf, time::Duration};

use anyhow::Context as _;
use clap::Args;
use tokio::{runtime, time::Instant};

use consilium_plan::Lang;

use crate::hint::Misuse;

mod comparison;
mod federation;
mod files;
mod hospitals;
mod protection;
mod report;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium demo --simulated
  consilium demo --simulated --latency-ms 100 --seed 7
  consilium demo --simulated --json | tail -n 1")]
pub(crate) struct DemoArgs {
    /// Run all parties in this process, over a simulated network with a clock of its own
    #[arg(long)]
    simulated: bool,

    /// Time from one party to another in the simulated network, in milliseconds
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u64).range(..=60_000))]
    latency_ms: u64,

    /// What the masks, the rounding and the network's moods are drawn from: the same seed, the
    /// same run
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,

    /// Where results are left; files of an earlier demo are replaced
    #[arg(long, default_value = "consilium-demo", value_name = "FOLDER")]
    out: PathBuf,

    /// Print one line of JSON instead of tables
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &DemoArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if !args.simulated {
        let only = lang.pick(
            "this version runs the demo in the simulator alone: add --simulated",
            "此版本的演示只能在模拟器中运行：请加上 --simulated",
        );
        return Err(Misuse(only.into()).into());
    }
    let regression = hospitals::regression()?;
    let hospitals = hospitals::load(&regression)?;

    let world = federation::Simulation {
        seed: args.seed,
        latency: Duration::from_millis(args.latency_ms),
    };
    // One thread and a paused clock: the simulated time is the network's, and costs nothing.
    let simulator = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .context("starting the simulator")?;
    let (run, network) = simulator.block_on(async {
        let began = Instant::now();
        let run = federation::train(&regression, &hospitals, world).await;
        run.map(|run| (run, began.elapsed()))
    })?;
    let comparison = comparison::Comparison::new(&regression, &hospitals, &run.fit)?;

    let result = report::DemoResult::new(&regression, &run, &comparison, network);
    files::write(&args.out, &hospitals, &run, &result)
        .with_context(|| format!("writing results to {}", args.out.display()))?;
    if args.json {
        serde_json::to_writer(&mut *out, &result)?;
        writeln!(out)?;
    } else {
        report::print(out, &run, &comparison, &result, lang)?;
        let left = lang.pick("results are in", "结果保存在");
        writeln!(out, "\n{left} {}", args.out.display())?;
    }
    Ok(())
}
