//! `consilium data map`: which features columns are, and features made of files by a query of one's own.

mod check;
mod draft;
mod opened;
mod preview;
mod say;
mod suggest;
mod write;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use consilium_plan::Lang;

pub(crate) use opened::{Opened, failed, find, whereabouts};

/// What `consilium data map` is given.
#[derive(Debug, Subcommand)]
pub(crate) enum Map {
    /// Suggest the canonical feature of each column, with what speaks for it
    #[command(after_help = "\
Suggestions come from names in both languages, from types, ranges, levels and codes of the first \
rows, from the file's name and from neighbouring columns. Nothing leaves this machine, and no \
value is shown. A score says how much speaks for a feature; a person decides.

Examples:
  consilium data map suggest encounters.csv patients.csv
  consilium data map suggest fees.csv --catalogue fees.toml --json
  consilium data map suggest discharges.csv --out mapping.toml")]
    Suggest(suggest::Suggest),
    /// Plan the query against the headers of its files, and hold its columns against the schema
    #[command(after_help = "\
No row is read. What is wrong is named by line and column of the mapping.

Examples:
  consilium data map check features.map.toml
  consilium data map check features.map.toml --json")]
    Check(Named),
    /// Run the query and show its first rows, for the owner's eyes
    #[command(after_help = "\
Examples:
  consilium data map preview features.map.toml
  consilium data map preview features.map.toml --rows 5 --json")]
    Preview {
        #[command(flatten)]
        named: Named,
        /// How many rows are shown
        #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
        rows: u64,
    },
    /// Run the query, hold its rows against the schema, and write them to a file
    #[command(after_help = "\
The file is CSV, or Parquet where its name ends in .parquet; one that exists is left alone.

Examples:
  consilium data map run features.map.toml --out features.csv
  consilium data map run features.map.toml --out features.parquet --json")]
    Run {
        #[command(flatten)]
        named: Named,
        /// Where the rows go
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// A mapping
    file: PathBuf,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Runs one of the commands.
pub(super) fn run(args: &Map, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match args {
        Map::Suggest(args) => suggest::run(args, out, lang),
        Map::Check(named) => check::run(named, out, lang),
        Map::Preview { named, rows } => preview::run(named, *rows, out, lang),
        Map::Run { named, out: to } => write::run(named, to, out, lang),
    }
}
