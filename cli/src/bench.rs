//! `consilium bench`: what protocols cost, measured on this machine.

use std::io::Write;

use clap::Subcommand;
use consilium_plan::Lang;

mod relay;
mod round;
mod secagg;

#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// Send bytes from one participant to another through the coordinator
    Relay(relay::RelayArgs),
    /// Connect many participants that say nothing, and look at the memory
    Idle(relay::IdleArgs),
    /// Time one round of a small model over real daemons
    Round(round::RoundArgs),
    /// Sum vectors under masks: CPU time and bytes of every party
    Secagg(secagg::SecaggArgs),
}

pub(crate) fn run(command: &BenchCommand, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match command {
        BenchCommand::Relay(args) => relay::relay(args, out, lang),
        BenchCommand::Idle(args) => relay::idle(args, out, lang),
        BenchCommand::Round(args) => round::run(args, out, lang),
        BenchCommand::Secagg(args) => secagg::run(args, out),
    }
}
