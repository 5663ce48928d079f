//! The project's own commands: `cargo xtask test`, `ci`, `tidy`, `licences`, `slow`, `fuzz`,
//! `chaos` and `demo`.
#![expect(clippy::print_stdout, reason = "a command-line tool speaks on stdout")]

use std::{env, path::Path, process::ExitCode};

use anyhow::Context as _;
use clap::Parser;

mod chaos;
mod demo;
mod fuzz;
mod licences;
mod programs;
mod run;
mod slow;
mod test;
mod tidy;

/// Commands of the project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Check formatting, conventions, lints and documentation, then run every test.
    Test(test::Options),
    /// Do what `test` does as a build server does it: with CI=true, installing what tests need.
    Ci,
    /// Check the conventions that no compiler knows.
    Tidy,
    /// List the crates in the program with their licences anew, for `consilium licences`.
    Licences,
    /// Run the tests marked `#[ignore = "slow: …"]`, one line of JSON each.
    Slow(slow::Options),
    /// Feed random and mutated bytes to the decoders.
    Fuzz(fuzz::Options),
    /// Kill daemons of a real federation at any moment, and look whether the study minds.
    Chaos(chaos::Options),
    /// Run `consilium demo --simulated`, passing the arguments on.
    Demo {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let command = Command::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    env::set_current_dir(&root).with_context(|| format!("entering {}", root.display()))?;

    let succeeded = match command {
        Command::Test(options) => {
            test::run(&options, env::var_os("CI").is_some_and(|v| v == "true"))?
        }
        Command::Ci => test::run(&test::Options::default(), true)?,
        Command::Tidy => tidy::run()?.report(),
        Command::Licences => licences::run()?,
        Command::Slow(options) => slow::run(&options)?,
        Command::Fuzz(options) => fuzz::run(&options)?,
        Command::Chaos(options) => chaos::run(&options)?,
        Command::Demo { args } => demo::run(&args)?,
    };
    Ok(if succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
