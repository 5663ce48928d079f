//! `consilium lab`: what approximations of a plan lose in accuracy, and what they save.

use std::io::Write;

use clap::Subcommand;
use consilium_plan::Lang;

mod cells;
mod crew;
mod folder;
mod new;
mod pace;
mod processes;
mod report;
mod run;

#[derive(Debug, Subcommand)]
pub(crate) enum LabCommand {
    /// Write an experiment for a plan, to be filled in
    New(new::NewArgs),
    /// Run an experiment: pooled, each party alone, the plan itself, and each of its approximations
    Run(run::RunArgs),
    /// Write the report of an experiment anew from the cells that are finished
    Report(report::ReportArgs),
}

pub(crate) fn run(command: &LabCommand, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match command {
        LabCommand::New(args) => new::run(args, out, lang),
        LabCommand::Run(args) => run::run(args, out, lang),
        LabCommand::Report(args) => report::run(args, out, lang),
    }
}
