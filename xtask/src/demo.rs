//! Runs the simulated demonstration.

use crate::run::{cargo, status};

/// Builds the release binary and runs `consilium demo --simulated` with these arguments.
pub(crate) fn run(args: &[String]) -> anyhow::Result<bool> {
    let mut command = cargo(["run", "--release", "--package", "consilium", "--"]);
    command.args(["demo", "--simulated"]).args(args);
    Ok(status(&mut command)?.success())
}
