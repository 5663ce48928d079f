//! What mistakes in rows do to scores of quality, and what rows are worth against fitting anew.

use std::{path::Path, process::Stdio};

use anyhow::Context as _;

use super::codes::reached;
use crate::run::{cargo, status};

/// The name by which it is asked for.
pub(super) const NAME: &str = "trust-behaviour";

/// The name by which values are asked for.
pub(super) const VALUE: &str = "trust-value";

/// Values institutions with and without poisoned rows; tells whether the poisoned ones are last, and values
/// go with what fitting anew says.
pub(super) fn value() -> anyhow::Result<bool> {
    let mut command = cargo([
        "run",
        "--release",
        "--package",
        "consilium-value",
        "--example",
        "truth",
    ]);
    command.stderr(Stdio::inherit());
    let output = command.output().context("starting the example")?;
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    Ok(output.status.success() && said.lines().all(reached))
}

/// Lets mistakes grow in the tables in `data`; tells whether every score behaved as it must.
pub(super) fn behave(data: Option<&Path>) -> anyhow::Result<bool> {
    let data = data.with_context(|| {
        format!("{NAME} is measured on data that are not part of the project: --data FOLDER")
    })?;
    let build = ["build", "--release", "--package", "consilium-sql"];
    anyhow::ensure!(
        status(&mut cargo(build))?.success(),
        "the program doesn't compile"
    );
    let mut command = cargo([
        "run",
        "--release",
        "--package",
        "consilium-sql",
        "--example",
        "behaviour",
        "--",
    ]);
    command
        .arg(data)
        .arg("target/release/consilium-sql")
        .stderr(Stdio::inherit());
    let output = command.output().context("starting the example")?;
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    Ok(output.status.success() && said.lines().all(reached))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_data_it_says_what_is_missing() {
        let error = behave(None).expect_err("no data");
        assert!(error.to_string().contains("--data FOLDER"), "{error}");
    }
}
