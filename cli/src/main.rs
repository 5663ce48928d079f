//! The binary `consilium`: every command of the platform.

use std::{io, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use tracing_subscriber::{EnvFilter, fmt};

use consilium_plan::Lang;

mod bench;
mod data;
mod demo;
mod explain;
mod hint;
mod lang;
mod plan;
mod table;

/// Consilium (会诊): institutions train models together, no row leaves the house it lives in.
#[derive(Debug, Parser)]
#[command(
    name = "consilium",
    version,
    propagate_version = true,
    max_term_width = 100
)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Language of texts; default from LC_ALL, LC_MESSAGES or LANG
    #[arg(long, global = true, value_name = "LANG")]
    lang: Option<Lang>,

    /// What is logged to stderr, as in `info` or `consilium_mailbox=debug`
    #[arg(
        long,
        global = true,
        env = "CONSILIUM_LOG",
        default_value = "warn",
        value_name = "FILTER"
    )]
    log: String,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train one model over four real hospitals, all of them on this machine
    Demo(demo::DemoArgs),
    /// Look at a table before a study does: check it, profile it, draft its schema
    Data(data::DataArgs),
    /// Look at a study plan before it is submitted
    Plan(plan::PlanArgs),
    /// Say what a failure's code means and what to do
    Explain(explain::ExplainArgs),
    /// Measure what protocols cost on this machine
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  consilium completions bash > ~/.local/share/bash-completion/completions/consilium"
    )]
    Completions {
        /// Which shell
        shell: Shell,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang = lang::choose(cli.lang);
    let filter = match EnvFilter::try_new(&cli.log) {
        Ok(filter) => filter,
        Err(error) => Cli::command()
            .error(
                clap::error::ErrorKind::ValueValidation,
                format!("--log: {error}"),
            )
            .exit(),
    };
    fmt().with_env_filter(filter).with_writer(io::stderr).init();

    let outcome = match &cli.command {
        Command::Demo(args) => demo::run(args, &mut io::stdout().lock(), lang),
        Command::Data(args) => data::run(args, &mut io::stdout().lock(), lang),
        Command::Plan(args) => plan::run(args, &mut io::stdout().lock(), lang),
        Command::Explain(args) => explain::run(args, &mut io::stdout().lock(), lang),
        Command::Bench(command) => bench::run(command, &mut io::stdout().lock()),
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "consilium", &mut io::stdout());
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => hint::report(&error, lang),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
