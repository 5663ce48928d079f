//! One door to every check: formatting, conventions, lints, documentation, tests.

use std::{
    io::{self, BufRead as _, BufReader, Write},
    process::{Command, Stdio},
};

use anyhow::Context as _;
use clap::ValueEnum;

use crate::{
    programs,
    run::{Tally, cargo, status, timed},
    tidy,
};

/// What to check, and how.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Run these stages only.
    #[arg(long, value_name = "STAGE", num_args = 1..)]
    only: Vec<Stage>,
    /// Install the Debian packages that tests need; a build server does so by itself.
    #[arg(long)]
    install: bool,
}

/// A part of the checks, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    /// Formatting, by rustfmt.
    Fmt,
    /// Conventions of this repository.
    Tidy,
    /// Lints, by clippy.
    Clippy,
    /// Documentation, by rustdoc.
    Doc,
    /// Unit, integration and documentation tests.
    Tests,
    /// Parts and frozen frames of alignment again, without the processor's own instructions for
    /// AES, for products of polynomials and for curves.
    Portable,
}

/// Makes the crates of primitives do without the instructions that they otherwise look for.
const PORTABLE: &str = "--cfg aes_backend=\"soft\" --cfg polyval_backend=\"soft\" \
                        --cfg curve25519_dalek_backend=\"serial\"";

/// Runs the named stages, all where none is named; tells whether all passed.
///
/// A `strict` run is a build server's: it sets `CI=true`, under which snapshots are compared and
/// never written, installs what tests need, fails where that is missing, and refuses to change
/// `Cargo.lock`.
pub(crate) fn run(options: &Options, strict: bool) -> anyhow::Result<bool> {
    let mut total = Tally::default();
    for &stage in Stage::value_variants() {
        if !options.only.is_empty() && !options.only.contains(&stage) {
            continue;
        }
        let name = stage
            .to_possible_value()
            .expect("no stage is hidden")
            .get_name()
            .to_owned();
        println!("==> {name}");
        let (tally, took) = timed(|| stage.run(options.install || strict, strict));
        let tally = tally.with_context(|| format!("running the stage {name}"))?;
        println!("==> {name}: {tally} in {:.1} s", took.as_secs_f64());
        total += tally;
    }
    Ok(total.report())
}

impl Stage {
    fn run(self, install: bool, strict: bool) -> anyhow::Result<Tally> {
        let mut command = match self {
            Self::Fmt => cargo(["fmt", "--all", "--check"]),
            Self::Tidy => return tidy::run(),
            Self::Clippy => cargo(["clippy", "--workspace", "--all-targets"]),
            // Asked for examples, cargo chooses the features of dependencies as for clippy, and
            // shares what clippy compiled.
            Self::Doc => cargo([
                "doc",
                "--workspace",
                "--no-deps",
                "--lib",
                "--bins",
                "--examples",
            ]),
            Self::Tests => cargo(["test", "--workspace", "--no-fail-fast"]),
            Self::Portable => cargo(["test", "--package", "consilium-psi", "--lib", "--tests"]),
        };
        if self == Self::Doc {
            command.env("RUSTDOCFLAGS", "-D warnings");
        }
        if strict {
            command.env("CI", "true");
            if self != Self::Fmt {
                command.arg("--locked");
            }
        }
        if self == Self::Clippy {
            command.args(["--", "-D", "warnings"]);
        }
        if self == Self::Tests {
            let mut total = programs::provide(install, strict)?;
            total += count(command, &mut io::stdout().lock())?;
            return Ok(total);
        }
        if self == Self::Portable {
            command.args(["--", "tests::", "vectors::"]);
            command.env("RUSTFLAGS", PORTABLE);
            let mut total = count(command, &mut io::stdout().lock())?;
            // Names that no test has any more.
            total.failed += usize::from(total.passed == 0);
            return Ok(total);
        }
        Ok(Tally::of(status(&mut command)?.success()))
    }
}

/// Runs `cargo test`, passing its output on, and adds up what the test programs say.
fn count(mut command: Command, out: &mut impl Write) -> anyhow::Result<Tally> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .context("starting cargo test")?;
    let output = child.stdout.take().expect("stdout is piped");
    let mut total = Tally::default();
    for line in BufReader::new(output).split(b'\n') {
        let mut line = line.context("reading the output of cargo test")?;
        if let Some(tally) = test_result(&String::from_utf8_lossy(&line)) {
            total += tally;
        }
        line.push(b'\n');
        out.write_all(&line)
            .context("printing the output of cargo test")?;
    }
    let succeeded = child.wait().context("waiting for cargo test")?.success();
    // A test program that doesn't compile or that dies says no result at all.
    if !succeeded && total.failed == 0 {
        total.failed = 1;
    }
    Ok(total)
}

/// Reads the line with which a test program ends.
fn test_result(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count_of = |what| {
        counts
            .split("; ")
            .find_map(|part| part.strip_suffix(what)?.trim_end().parse().ok())
    };
    Some(Tally {
        passed: count_of("passed")?,
        failed: count_of("failed")?,
        skipped: count_of("ignored")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_a_test_program_is_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered \
                    out; finished in 0.07s";
        let expected = Tally {
            passed: 12,
            failed: 3,
            skipped: 1,
        };
        assert_eq!(test_result(line), Some(expected));
        assert_eq!(expected.to_string(), "12 passed, 3 failed, 1 skipped");
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(test_result("test steps::tests::masks_cancel ... ok"), None);
        assert_eq!(test_result("test result: ok"), None);
    }

    #[test]
    fn a_test_program_that_dies_is_a_failure() {
        let mut died = Command::new("sh");
        died.args([
            "-c",
            "echo 'test result: ok. 2 passed; 0 failed; 0 ignored; '; exit 101",
        ]);
        let tally = count(died, &mut Vec::new()).expect("sh runs");
        assert_eq!(
            tally,
            Tally {
                passed: 2,
                failed: 1,
                skipped: 0
            }
        );
    }
}
