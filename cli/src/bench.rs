//! `consilium bench`: what protocols cost, measured on this machine.

use std::io::Write;

use clap::Subcommand;

mod secagg;

#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// Sum vectors under masks: CPU time and bytes of every party
    Secagg(secagg::SecaggArgs),
}

pub(crate) fn run(command: &BenchCommand, out: &mut dyn Write) -> anyhow::Result<()> {
    match command {
        BenchCommand::Secagg(args) => secagg::run(args, out),
    }
}
