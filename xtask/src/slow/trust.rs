//! What mistakes in rows do to scores of quality, and what rows are worth against fitting anew.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::Context as _;
use serde_json::json;

use super::{codes::reached, target};
use crate::run::{cargo, status};

/// The name by which it is asked for.
pub(super) const NAME: &str = "trust-behaviour";

/// The name by which values are asked for.
pub(super) const VALUE: &str = "trust-value";

/// Values institutions with and without poisoned rows; tells whether the poisoned ones are last, and values
/// go with what fitting anew says.
pub(super) fn value() -> anyhow::Result<bool> {
    Ok(said(&mut valuing())?.1)
}

/// The page of what came of it.
const PAGE: &str = "trust-behaviour.html";

/// Lets mistakes grow in the tables in `data`, and wrong labels at institutions; tells whether every score and
/// every value behaved as it must.
pub(super) fn behave(data: Option<&Path>) -> anyhow::Result<bool> {
    let data = data.with_context(|| {
        format!("{NAME} is measured on data that are not part of the project: --data FOLDER")
    })?;
    let build = [
        "build",
        "--release",
        "--package",
        "consilium-sql",
        "--bins",
        "--examples",
    ];
    anyhow::ensure!(
        status(&mut cargo(build))?.success(),
        "the programs don't compile"
    );
    let programs = target().join("release");
    let mut command = Command::new(programs.join("examples/behaviour"));
    command.arg(data).arg(programs.join("consilium-sql"));
    let (quality, of_quality) = said(&mut command)?;
    let (value, of_value) = said(valuing().args(["--", "label-noise"]))?;
    draw(&[quality, value].concat())?;
    Ok(of_quality && of_value)
}

/// Prints what an example says; gives it, and whether every goal was reached.
fn said(command: &mut Command) -> anyhow::Result<(Vec<u8>, bool)> {
    let command = command.stderr(Stdio::inherit());
    let output = command.output().context("starting the example")?;
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    let is_right = output.status.success() && said.lines().all(reached);
    Ok((output.stdout, is_right))
}

/// The example that values institutions.
fn valuing() -> Command {
    cargo([
        "run",
        "--release",
        "--package",
        "consilium-value",
        "--example",
        "truth",
    ])
}

/// Makes a page of what was printed.
fn draw(lines: &[u8]) -> anyhow::Result<()> {
    let run = [
        "run",
        "--quiet",
        "--package",
        "consilium-lab",
        "--example",
        "behaviour-page",
        "--",
    ];
    let page = target().join(PAGE);
    let mut command = cargo(run);
    command.arg(&page).stdin(Stdio::piped());
    let mut child = command.spawn().context("starting the example of pages")?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(lines).context("giving it the lines")?;
    }
    anyhow::ensure!(child.wait()?.success(), "the page could not be drawn");
    println!("{}", json!({ "name": NAME, "page": page }));
    Ok(())
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
