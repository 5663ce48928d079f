//! Starts the fuzz targets.

use crate::run::{cargo, status};

/// What to feed, and for how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Seconds for each target.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Seed of the mutations; the same seed and corpus give the same inputs.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Run this target only.
    target: Option<String>,
}

/// Runs the targets in a process of their own, so that a crash is told from a failure to start.
pub(crate) fn run(options: &Options) -> anyhow::Result<bool> {
    let mut command = cargo(["run", "--quiet", "--package", "consilium-fuzz", "--"]);
    command.args(["--seconds", &options.seconds.to_string()]);
    command
        .args(["--seed", &options.seed.to_string()])
        .args(&options.target);
    Ok(status(&mut command)?.success())
}
