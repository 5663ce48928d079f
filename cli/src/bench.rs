//! `consilium bench`: what protocols cost, measured on this machine.

use std::io::Write;

use clap::Subcommand;
use consilium_plan::Lang;

mod idle;
mod lwe;
mod own;
mod psi;
mod relay;
mod round;
mod scarcity;
mod secagg;
mod set;
mod statistics;
mod vertical;

#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// Send bytes from one participant to another through the coordinator
    Relay(relay::RelayArgs),
    /// Look at the memory of daemons that are connected and say nothing
    Idle(idle::IdleArgs),
    /// Time one round of a small model over real daemons
    Round(round::RoundArgs),
    /// Find the common ids of two files and more: CPU time, memory and bytes of every party
    Psi(psi::PsiArgs),
    /// Sum vectors under masks: CPU time and bytes of every party
    Secagg(secagg::SecaggArgs),
    /// Measure columns over all parties' rows: CPU time and bytes of every party
    Statistics(statistics::StatisticsArgs),
    /// Find out how much others lack: CPU time, memory and bytes of every party
    Scarcity(scarcity::ScarcityArgs),
    /// Add up encrypted rows for every candidate split: CPU time and bytes of both parties
    Lwe(lwe::LweArgs),
    /// Grow trees over columns of several parties: CPU time, memory and bytes of every party
    VerticalGbdt(vertical::VerticalArgs),
}

pub(crate) fn run(command: &BenchCommand, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match command {
        BenchCommand::Relay(args) => relay::relay(args, out, lang),
        BenchCommand::Idle(args) => idle::run(args, out, lang),
        BenchCommand::Round(args) => round::run(args, out, lang),
        BenchCommand::Psi(args) => psi::run(args, out, lang),
        BenchCommand::Secagg(args) => secagg::run(args, out),
        BenchCommand::Statistics(args) => statistics::run(args, out, lang),
        BenchCommand::Scarcity(args) => scarcity::run(args, out, lang),
        BenchCommand::Lwe(args) => lwe::run(args, out, lang),
        BenchCommand::VerticalGbdt(args) => vertical::run(args, out, lang),
    }
}
