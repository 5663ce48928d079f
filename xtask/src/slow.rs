//! Runs the tests that are too slow for every day, each by itself, and times them.

use std::{
    env,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::run::{cargo, timed};

mod attack;
mod codes;
mod gbdt;
mod mapping;
mod measurement;
mod privacy;
mod rules;
mod trust;

/// What to run, and on what.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run those whose name contains this; psi-10m measures an alignment of ten million keys, gbdt-1m
    /// trees over columns of two parties that know a million people, gbdt-accuracy holds our trees
    /// beside those of LightGBM and XGBoost, gbdt-bits those on gradients of a few bits beside those on
    /// exact ones, gbdt-vertical those over columns of several parties beside those of one, gbdt-attack
    /// (or gbdt-attack-quick) attacks the sums that vertical trees return, code-names measures how well
    /// names are matched, code-agreement whether groups of diagnoses survive another code system, map-10m
    /// maps ten million rows of fee detail to features, rules-10m (or rules-100k) holds a hundred rules against
    /// them, trust-behaviour lets mistakes grow in rows and looks at their scores, trust-value holds
    /// what institutions' rows are worth against fits without them, privacy-vectors makes the
    /// numbers that privacy is held against anew.
    name: Option<String>,
    /// The folder of public tables for gbdt-accuracy, gbdt-bits, gbdt-vertical, code-names,
    /// code-agreement and trust-behaviour, one folder each.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

/// A compiled test program, and the folder in which cargo would run it.
struct Program {
    executable: PathBuf,
    folder: PathBuf,
}

/// Runs the ignored tests whose name contains `wanted`; prints one line of JSON each. Asked for
/// `psi-10m`, `gbdt-1m`, `gbdt-accuracy`, `gbdt-bits`, `gbdt-vertical`, `gbdt-attack`, `code-names`,
/// `code-agreement`, `map-10m`, `rules-10m`, `trust-behaviour`, `trust-value` or `privacy-vectors`, it measures instead, and
/// prints what the measurement says.
///
/// `tidy` holds that only slow tests are ignored.
pub(crate) fn run(options: &Options) -> anyhow::Result<bool> {
    let wanted = options.name.as_deref();
    let mut measurements = measurement::MEASUREMENTS.iter();
    if let Some(measurement) = measurements.find(|it| wanted == Some(it.name)) {
        return measurement::measure(measurement);
    }
    let mut comparisons = gbdt::COMPARISONS.iter();
    if let Some(comparison) = comparisons.find(|it| wanted == Some(it.name)) {
        return gbdt::compare(comparison, options.data.as_deref());
    }
    let mut examples = codes::EXAMPLES.iter();
    if let Some((_, example)) = examples.find(|(name, _)| wanted == Some(name)) {
        return codes::measure(example, options.data.as_deref());
    }
    if let Some(attack::NAME | attack::QUICK) = wanted {
        return attack::attack(wanted == Some(attack::QUICK));
    }
    if wanted == Some(mapping::NAME) {
        return mapping::measure();
    }
    if let Some(name @ (rules::NAME | rules::QUICK)) = wanted {
        return rules::measure(name);
    }
    if wanted == Some(privacy::NAME) {
        return privacy::compare();
    }
    if wanted == Some(trust::VALUE) {
        return trust::value();
    }
    if wanted == Some(trust::NAME) {
        return trust::behave(options.data.as_deref());
    }
    let mut all_passed = true;
    for program in programs()? {
        for name in program.ignored_tests()? {
            if wanted.is_some_and(|wanted| !name.contains(wanted)) {
                continue;
            }
            let (passed, took) = timed(|| program.run(&name));
            let passed = passed?;
            println!(
                "{}",
                json!({ "name": name, "ok": passed, "seconds": took.as_secs_f64() })
            );
            all_passed &= passed;
        }
    }
    Ok(all_passed)
}

/// Where cargo puts what it builds, and measurements put their files.
fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from)
}

/// Builds the tests of the workspace.
fn programs() -> anyhow::Result<Vec<Program>> {
    let output = cargo([
        "test",
        "--workspace",
        "--no-run",
        "--message-format",
        "json",
    ])
    .stderr(Stdio::inherit())
    .output()
    .context("starting cargo test")?;
    anyhow::ensure!(output.status.success(), "the tests don't compile");
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(messages
        .lines()
        .filter_map(|line| program(&serde_json::from_str(line).ok()?))
        .collect())
}

/// Reads one message of cargo: a test program, or something else.
fn program(message: &Value) -> Option<Program> {
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    Some(Program {
        executable: message["executable"].as_str()?.into(),
        folder: Path::new(message["manifest_path"].as_str()?)
            .parent()?
            .to_owned(),
    })
}

impl Program {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        command.current_dir(&self.folder).arg("--ignored");
        command
    }

    fn ignored_tests(&self) -> anyhow::Result<Vec<String>> {
        let listing = self
            .command()
            .args(["--list", "--format", "terse"])
            .output()
            .with_context(|| format!("listing the tests of {}", self.executable.display()))?;
        Ok(listed(&String::from_utf8_lossy(&listing.stdout)))
    }

    /// Runs one test; what it printed goes to stderr where it failed.
    fn run(&self, name: &str) -> anyhow::Result<bool> {
        let output = self
            .command()
            .args(["--exact", name])
            .output()
            .with_context(|| format!("starting the test {name}"))?;
        if !output.status.success() {
            io::stderr()
                .write_all(&output.stdout)
                .context("printing why a test failed")?;
            io::stderr()
                .write_all(&output.stderr)
                .context("printing why a test failed")?;
        }
        Ok(output.status.success())
    }
}

/// Reads libtest's terse list.
fn listed(listing: &str) -> Vec<String> {
    listing
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_programs_are_told_from_other_artifacts() {
        let mut message = json!({
            "reason": "compiler-artifact",
            "manifest_path": "/checkout/crypto/secagg/Cargo.toml",
            "profile": { "test": true },
            "executable": "/target/debug/deps/it-0123",
        });
        let found = program(&message).expect("a test program");
        assert_eq!(found.folder, Path::new("/checkout/crypto/secagg"));
        message["profile"]["test"] = false.into();
        assert!(program(&message).is_none(), "an ordinary binary is none");
    }

    #[test]
    fn benchmarks_are_not_listed_as_tests() {
        assert_eq!(
            listed("laws::many_parties: test\nspeed: benchmark\n"),
            ["laws::many_parties"]
        );
    }
}
