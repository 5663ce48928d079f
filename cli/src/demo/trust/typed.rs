//! Commands as a hospital's people type them, run in this process.

use std::path::Path;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use consilium_plan::Lang;

use crate::{data, participant, person, plan};

#[derive(Debug, Parser)]
struct Typed {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Data(Box<data::DataArgs>),
    Participant(participant::ParticipantArgs),
    Person(person::PersonArgs),
    Plan(plan::PlanArgs),
}

/// Runs what would be typed behind `consilium`; gives what it prints.
///
/// Commands that speak to a daemon have a runtime of their own: none of them is run within another.
pub(super) fn typed(args: &[&str], lang: Lang) -> anyhow::Result<String> {
    let args = std::iter::once(&"consilium").chain(args);
    let mut out = Vec::new();
    match Typed::try_parse_from(args)?.command {
        Command::Data(args) => data::run(&args, &mut out, lang)?,
        Command::Participant(args) => participant::run(&args, &mut out, lang)?,
        Command::Person(args) => person::run(&args, &mut out, lang)?,
        Command::Plan(args) => plan::run(&args, &mut out, lang)?,
    }
    Ok(String::from_utf8(out)?)
}

/// A path as it is typed.
pub(super) fn text(path: &Path) -> anyhow::Result<String> {
    let text = path.to_str().map(str::to_owned);
    text.with_context(|| format!("{} is not UTF-8", path.display()))
}
