//! The binary `consilium`: every command of the platform.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use tracing_subscriber::{EnvFilter, fmt};

use consilium_plan::Lang;

mod audit;
mod bench;
mod catalogue;
mod client;
mod clock;
mod codes;
mod coordinator;
mod daemon;
mod data;
mod demo;
mod doctor;
mod explain;
mod features;
mod findings;
mod hint;
mod lab;
mod lang;
mod licences;
mod listing;
mod local;
mod measures;
mod missing_codes;
mod model;
mod new_file;
mod participant;
mod person;
mod plan;
mod random;
mod scarcity;
mod study;
mod table;
mod terminal;
mod value;
mod whole;

/// Consilium (会诊): institutions train models together, no row leaves the house it lives in.
#[derive(Debug, Parser)]
#[command(
    name = "consilium",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "\
Examples:
  consilium demo
  consilium data check patients.csv
  consilium --lang zh explain DATA-CHANGED"
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
    /// Run a whole federation on this machine over your own files
    Local(local::LocalArgs),
    /// Look at a table before a study does; register data sets at the participant
    Data(data::DataArgs),
    /// Look at the canonical features that institutions map their columns to
    Catalogue(catalogue::CatalogueArgs),
    /// Read tables of codes and maps between them, and match names to codes
    Codes(codes::CodesArgs),
    /// Fit what columns become before a model takes them, by published statistics
    Features(features::FeaturesArgs),
    /// Look at a study plan before it is submitted
    Plan(plan::PlanArgs),
    /// Take a study from its submission to its result
    Study(study::StudyArgs),
    /// Look at, use or export what a study has published
    Model(model::ModelArgs),
    /// Run a coordinator, and admit institutions and people to its federation
    Coordinator(coordinator::CoordinatorArgs),
    /// Run an institution's daemon, and look after it
    Participant(participant::ParticipantArgs),
    /// Make and show keys of operators, supervisors and stewards
    Person(person::PersonArgs),
    /// Export and verify the record of what happened
    Audit(audit::AuditArgs),
    /// Look at what is commonly wrong with an installation, and say what to do
    Doctor(doctor::DoctorArgs),
    /// Say what a failure's code means and what to do
    Explain(explain::ExplainArgs),
    /// Measure what protocols cost on this machine
    #[command(
        subcommand,
        after_help = "\
Examples:
  consilium bench secagg --parties 10 --dim 100000
  consilium bench round --parties 10"
    )]
    Bench(bench::BenchCommand),
    /// Hold approximations of a plan against it: what they lose in accuracy, what they save
    #[command(
        subcommand,
        after_help = "\
Examples:
  consilium lab new plan.toml
  consilium lab run examples/heart-disease/lab.toml"
    )]
    Lab(lab::LabCommand),
    /// Say under which licences the program is, and the crates in it
    Licences(licences::LicencesArgs),
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  consilium completions bash > ~/.local/share/bash-completion/completions/consilium"
    )]
    Completions {
        /// Which shell
        shell: Shell,
    },
}

impl Command {
    /// Says whether this runs a daemon, whose configuration says what is logged.
    fn is_daemon(&self) -> bool {
        match self {
            Command::Coordinator(args) => args.is_daemon(),
            Command::Participant(args) => args.is_daemon(),
            _ => false,
        }
    }
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
    if !cli.command.is_daemon() {
        fmt()
            .with_env_filter(filter)
            .with_writer(io::stderr)
            .log_internal_errors(false)
            .init();
    }
    consilium_node::tls::install_provider();

    let outcome = match &cli.command {
        Command::Demo(args) => demo::run(args, &mut io::stdout().lock(), lang),
        Command::Local(args) => local::run(args, &mut io::stdout().lock(), lang),
        Command::Data(args) => data::run(args, &mut io::stdout().lock(), lang),
        Command::Catalogue(args) => catalogue::run(args, &mut io::stdout().lock(), lang),
        Command::Codes(args) => codes::run(args, &mut io::stdout().lock(), lang),
        Command::Features(args) => features::run(args, &mut io::stdout().lock(), lang),
        Command::Plan(args) => plan::run(args, &mut io::stdout().lock(), lang),
        Command::Study(args) => study::run(args, &mut io::stdout().lock(), lang),
        Command::Model(args) => model::run(args, &mut io::stdout().lock(), lang),
        Command::Coordinator(args) => coordinator::run(args, &mut io::stdout().lock(), lang),
        Command::Participant(args) => participant::run(args, &mut io::stdout().lock(), lang),
        Command::Person(args) => person::run(args, &mut io::stdout().lock(), lang),
        Command::Audit(args) => audit::run(args, &mut io::stdout().lock(), lang),
        Command::Doctor(args) => doctor::run(args, &mut io::stdout().lock(), lang),
        Command::Explain(args) => explain::run(args, &mut io::stdout().lock(), lang),
        Command::Bench(command) => bench::run(command, &mut io::stdout().lock(), lang),
        Command::Lab(command) => lab::run(command, &mut io::stdout().lock(), lang),
        Command::Licences(args) => licences::run(args, &mut io::stdout().lock(), lang),
        Command::Completions { shell } => {
            completions(*shell, &mut io::stdout().lock()).map_err(Into::into)
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => hint::report(&error, lang),
    }
}

fn completions(shell: Shell, out: &mut dyn Write) -> io::Result<()> {
    // Whoever generates into a stream panics where that breaks off.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "consilium", &mut script);
    out.write_all(&script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_group_and_command_shows_examples_that_can_be_typed() {
        let mut all = vec![(vec!["consilium".to_owned()], Cli::command())];
        while let Some((path, command)) = all.pop() {
            for below in command.get_subcommands() {
                let name = below.get_name().to_owned();
                all.push(([&path[..], &[name]].concat(), below.clone()));
            }
            let path = path.join(" ");
            let help = command.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default().replace("\\\n", " ");
            let mut own = 0;
            for line in help.lines().filter(|line| line.starts_with("  consilium ")) {
                own += usize::from(line.trim().starts_with(&path));
                // What is left out of an example can't be typed.
                if !line.contains('…') {
                    let typed = Cli::try_parse_from(words(line));
                    assert!(typed.is_ok(), "{path}: {line}: {}", typed.unwrap_err());
                }
            }
            assert!(own > 0, "{path} shows no example of its own");
        }
    }

    /// A paragraph is one line, which is folded where the terminal ends; what is indented is shown as it is.
    #[test]
    fn no_line_of_help_is_broken_by_hand_or_longer_than_a_terminal() {
        const WIDTH: usize = 100;
        const INDENTED: usize = 95;
        let mut cli = Cli::command().term_width(WIDTH);
        cli.build();
        let mut all = vec![cli];
        while let Some(mut command) = all.pop() {
            all.extend(command.get_subcommands().cloned());
            let name = command.get_name().to_owned();
            let help = command.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let is_text = |line: &str| !line.is_empty() && !line.starts_with(' ');
            for (line, next) in help.lines().zip(help.lines().skip(1)) {
                assert!(!(is_text(line) && is_text(next)), "{name}: {line}");
            }
            for line in help.lines().filter(|line| line.starts_with(' ')) {
                assert!(width(line) <= INDENTED, "{name}: {line}");
            }
            let shown = command.render_long_help().to_string();
            // How a command is used stands on one line.
            for line in shown.lines().filter(|line| !line.starts_with("Usage: ")) {
                assert!(width(line) <= WIDTH, "{name}: {line}");
            }
        }
    }

    /// How many places a line takes in a terminal: a Chinese character takes two.
    fn width(line: &str) -> usize {
        let places = |it: char| if it < '\u{2e80}' { 1 } else { 2 };
        line.chars().map(places).sum()
    }

    /// Splits a line as a shell does, up to where input, output or a remark comes.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        for (place, part) in line.trim().split('"').enumerate() {
            let is_quoted = place % 2 == 1;
            let command = part.split(['|', '<', '>', '#']).next().unwrap_or_default();
            if is_quoted {
                words.last_mut().unwrap().push_str(part);
                continue;
            }
            for (place, piece) in command.split(' ').enumerate() {
                if place > 0 {
                    words.push(String::new());
                }
                words.last_mut().unwrap().push_str(piece);
            }
            if command.len() < part.len() {
                break;
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }
}
