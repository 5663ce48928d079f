//! Runs fuzz targets from the command line; `cargo xtask fuzz` calls it.
#![expect(clippy::print_stdout, reason = "a command-line tool speaks on stdout")]

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use clap::Parser;
use consilium_fuzz::{Campaign, TARGETS, Target};

/// Feeds random and mutated bytes to the decoders.
#[derive(Debug, Parser)]
struct Options {
    /// Seconds for each target.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Seed of the mutations; the same seed and corpus give the same inputs.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Run this target only.
    #[arg(value_parser = named)]
    target: Option<Target>,
}

fn named(name: &str) -> Result<Target, String> {
    let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
    consilium_fuzz::target(name).ok_or_else(|| format!("targets are {}", names.join(", ")))
}

fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let mut succeeded = true;
    for &target in options
        .target
        .as_ref()
        .map_or(TARGETS, std::slice::from_ref)
    {
        succeeded &= run(target, &options)?;
    }
    Ok(if succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs one target for the wanted time; tells whether it survived.
#[expect(
    clippy::disallowed_methods,
    reason = "measures a program, not a protocol"
)]
fn run(target: Target, options: &Options) -> anyhow::Result<bool> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target.name);
    let corpus = corpus(&folder).with_context(|| format!("reading {}", folder.display()))?;
    let campaign = Campaign {
        target,
        corpus,
        seed: options.seed,
    };
    let (start, limit) = (Instant::now(), Duration::from_secs(options.seconds));
    let outcome = campaign.run(|| start.elapsed() < limit);
    let (name, executions) = (target.name, outcome.executions);
    println!(
        "{name}: {executions} executions in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    let Some(input) = outcome.failing else {
        return Ok(true);
    };

    let kept = folder.join(format!("failed-{}-{executions}", options.seed));
    fs::write(&kept, input).with_context(|| format!("writing {}", kept.display()))?;
    println!("{name}: panicked; the input is kept in {}", kept.display());
    Ok(false)
}

/// Reads a corpus in the order of its files' names.
fn corpus(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths = entries.collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    paths.iter().map(fs::read).collect()
}
