//! Our boosted trees on public data: beside LightGBM and XGBoost at the same parameters, on gradients
//! of a few bits beside exact ones, and over columns of several parties beside those of one.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;
use serde_json::Value;

use super::target;
use crate::run::{cargo, status};

/// What is compared.
pub(super) struct Comparison {
    /// The name by which it is asked for.
    pub(super) name: &'static str,
    /// Which of the scripts does it.
    script: &'static str,
    /// The examples that it is given, each under an option.
    examples: &'static [(&'static str, &'static str)],
}

/// All comparisons.
pub(super) const COMPARISONS: [Comparison; 3] = [
    Comparison {
        name: "gbdt-accuracy",
        script: "compare.py",
        examples: &[("--ours", "csv")],
    },
    Comparison {
        name: "gbdt-bits",
        script: "bits.py",
        examples: &[("--ours", "csv")],
    },
    Comparison {
        name: "gbdt-vertical",
        script: "vertical.py",
        examples: &[("--ours", "csv"), ("--vertical", "vertical")],
    },
];

/// What is run there, in Python.
pub(super) const SCRIPTS: &str = "xtask/gbdt";

/// What the other learners need, and no more: XGBoost would bring libraries for GPUs.
const INSTALL: [&[&str]; 2] = [
    &["--requirement", "xtask/gbdt/requirements.txt"],
    &["--no-deps", "xgboost==3.2.0"],
];

/// Compares on the tables in `data` and prints a line of JSON for each table and setting; tells
/// whether all are as good as the others.
pub(super) fn compare(comparison: &Comparison, data: Option<&Path>) -> anyhow::Result<bool> {
    let Comparison {
        name,
        script,
        examples,
    } = comparison;
    let data = data.with_context(|| {
        format!("{name} compares on data that are not part of the project: --data FOLDER")
    })?;
    let folder = target().join("gbdt-learners");
    let python = environment(&folder.join("environment"), &INSTALL)?;
    let mut command = Command::new(python);
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(Path::new(SCRIPTS).join(script))
        .arg("--data")
        .arg(data)
        .arg("--scratch")
        .arg(folder.join(name));
    for (option, name) in *examples {
        command.arg(option).arg(example(name)?);
    }
    Ok(status(&mut command)?.success())
}

/// Gives the Python of an environment that has some packages, made at the first call.
pub(super) fn environment(folder: &Path, install: &[&[&str]]) -> anyhow::Result<PathBuf> {
    let python = folder.join("bin/python");
    let is_there = python.exists()
        || status(Command::new("python3").args(["-m", "venv"]).arg(folder))?.success();
    anyhow::ensure!(is_there, "no Python environment in {}", folder.display());
    for packages in install {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet"])
            .args(*packages);
        anyhow::ensure!(
            status(&mut pip)?.success(),
            "pip could not install {packages:?}"
        );
    }
    Ok(python)
}

/// Builds an example of `consilium-gbdt`, and gives its program.
pub(super) fn example(name: &str) -> anyhow::Result<PathBuf> {
    let output = cargo([
        "build",
        "--release",
        "--package",
        "consilium-gbdt",
        "--example",
        name,
        "--message-format",
        "json",
    ])
    .stderr(Stdio::inherit())
    .output()
    .context("starting cargo build")?;
    anyhow::ensure!(output.status.success(), "our learner doesn't compile");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| program(&serde_json::from_str(line).ok()?))
        .context("cargo names no program")
}

/// Reads one message of cargo: the example's program, or something else.
fn program(message: &Value) -> Option<PathBuf> {
    let is_example = message["target"]["kind"][0] == "example";
    is_example.then(|| Some(message["executable"].as_str()?.into()))?
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_example_is_told_from_its_library() {
        let mut message = json!({
            "reason": "compiler-artifact",
            "target": { "kind": ["example"] },
            "executable": "/target/release/examples/csv",
        });
        assert_eq!(
            program(&message).as_deref(),
            Some(Path::new("/target/release/examples/csv"))
        );
        message["target"]["kind"][0] = "lib".into();
        assert_eq!(program(&message), None);
    }

    #[test]
    fn without_data_it_says_what_is_missing() {
        for comparison in &COMPARISONS {
            let error = compare(comparison, None).expect_err("no data");
            assert!(error.to_string().contains("--data FOLDER"), "{error}");
        }
    }
}
