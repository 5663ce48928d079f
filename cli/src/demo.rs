//! `consilium demo`: four real hospitals train one model; `consilium demo align`: three institutions
//! find their common patients; `consilium demo vertical`: they grow trees over columns of each;
//! `consilium demo features`: they bring other layouts and code systems to one feature matrix;
//! `consilium demo trust`: hospitals make scorecards of their data, with which something went wrong at two.

use std::{
    fs::File,
    io::{self, Write},
    iter,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use consilium_plan::Lang;
use serde::Serialize;

use comparison::Comparison;
use hospitals::Demo;
use measured::Measured;

mod align;
mod comparison;
mod features;
mod files;
mod hospitals;
mod measured;
mod order;
mod processes;
mod report;
mod simulated;
mod study;
mod trust;
mod vertical;

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  consilium demo
  consilium demo --json | tail -n 1
  consilium demo align
  consilium demo vertical
  consilium demo features
  consilium demo trust
  consilium demo --simulated --latency-ms 100 --seed 7"
)]
pub(crate) struct DemoArgs {
    #[command(subcommand)]
    other: Option<OtherDemo>,

    /// Run all parties in this process, over a simulated network with a clock of its own
    #[arg(long)]
    simulated: bool,

    /// Time from one party to another in the simulated network, in milliseconds
    #[arg(long, requires = "simulated", default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u64).range(..=60_000))]
    latency_ms: u64,

    /// What masks, rounding and network of the simulation are drawn from: the same seed, the same
    /// run
    #[arg(long, requires = "simulated", default_value_t = 1, value_name = "N")]
    seed: u64,

    /// Where everything is left; default: consilium-demo, or the first free name like it
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// Print one line of JSON instead of tables
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum OtherDemo {
    /// Find the common patients of a hospital, the public insurer and a commercial insurer
    Align(align::AlignArgs),
    /// Grow trees over what a hospital and two insurers know of the same people
    Vertical(vertical::VerticalArgs),
    /// Make the same features of three institutions' files in other layouts and code systems
    Features(features::FeaturesArgs),
    /// Make scorecards of hospitals' data, with which something went wrong at two, and use them
    Trust(trust::TrustArgs),
}

pub(crate) fn run(args: &DemoArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match &args.other {
        Some(OtherDemo::Align(args)) => align::run(args, out, lang),
        Some(OtherDemo::Vertical(args)) => vertical::run(args, out, lang),
        Some(OtherDemo::Features(args)) => features::run(args, out, lang),
        Some(OtherDemo::Trust(args)) => trust::run(args, out, lang),
        None => heart_disease(args, out, lang),
    }
}

fn heart_disease(args: &DemoArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let demo = Demo::load()?;
    let folder = folder_for(args.out.as_ref());
    let measured: Measured = if args.simulated {
        simulated::run(&demo, args.seed, args.latency_ms)?
    } else {
        processes::run(&demo, &folder, lang)?
    };
    let comparison = Comparison::new(&demo, &measured)?;

    let result = report::DemoResult::new(&demo, &measured, &comparison);
    files::write(&folder, &demo, &measured).with_context(|| {
        format!(
            "{} {}",
            lang.pick("writing results to", "写入结果到"),
            folder.display()
        )
    })?;
    let page = |out: &mut dyn Write| report::print(out, &measured, &comparison, &result, lang);
    leave((&folder, &result), page, (out, args.json), lang)
}

/// Gives where a demo leaves everything: what an earlier one left stays as it is.
fn folder_for(named: Option<&PathBuf>) -> PathBuf {
    const STEM: &str = "consilium-demo";
    if let Some(folder) = named {
        return folder.clone();
    }
    let numbered = (2..).map(|number| PathBuf::from(format!("{STEM}-{number}")));
    let mut names = iter::once(PathBuf::from(STEM)).chain(numbered);
    names
        .find(|name| !Path::exists(name))
        .expect("there are names without end")
}

/// Leaves a result beside the studies' own, and prints it, or a page for people.
fn leave(
    (folder, result): (&Path, &impl Serialize),
    page: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    (out, json): (&mut dyn Write, bool),
    lang: Lang,
) -> anyhow::Result<()> {
    let mut file = File::create(folder.join("result.json"))?;
    serde_json::to_writer_pretty(&mut file, result)?;
    writeln!(file)?;
    if json {
        serde_json::to_writer(&mut *out, result)?;
        writeln!(out)?;
        return Ok(());
    }
    page(out)?;
    let said = lang.pick("everything is in", "全部结果保存在");
    writeln!(out, "\n{said} {}", folder.display())?;
    Ok(())
}
