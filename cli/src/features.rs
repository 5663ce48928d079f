//! `consilium features`: what columns become before a model takes them.

use std::{fs, io::Write, path::Path};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use consilium_plan::Lang;
use consilium_schema::Schema;

use crate::hint::OrHint as _;

mod fit;
mod say;
mod show;

pub(crate) use show::print;

pub(crate) use say::remark;

/// What `consilium features` is given.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium features fit intent.toml --statistics findings.json --schema schema.toml \\
      --out prepared.toml
  consilium features show prepared.toml --schema schema.toml")]
pub(crate) struct FeaturesArgs {
    #[command(subcommand)]
    command: FeaturesCommand,
}

#[derive(Debug, Subcommand)]
enum FeaturesCommand {
    /// Read the numbers of a preparation off the findings of a statistics study, and select columns
    #[command(after_help = "\
The intent says how a column is filled in, clipped, scaled or weighed, and which columns stay; \
docs/guide/preparation.md shows one. All numbers come from the findings, in which small cells are \
held back: no row is read. Each stands in the output under where it comes from, and so do the \
columns that are left out, with the reason.

Examples:
  consilium features fit intent.toml --statistics findings.json --schema schema.toml
  consilium features fit intent.toml --statistics findings.json --schema schema.toml \\
      --out prepared.toml
  consilium features fit intent.toml --statistics findings.json --schema schema.toml --json \\
      | jq 'select(.left_out)'")]
    Fit(fit::Fit),
    /// Say what becomes of each column, and what comes out in which range
    #[command(after_help = "\
What is wrong with a preparation is named by line and column.

Examples:
  consilium features show prepared.toml --schema schema.toml
  consilium features show prepared.toml --schema schema.toml --json | jq .terms")]
    Show(show::Show),
}

/// Runs one of the commands; data go to `out`.
pub(crate) fn run(args: &FeaturesArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match &args.command {
        FeaturesCommand::Fit(args) => fit::run(args, out, lang),
        FeaturesCommand::Show(args) => show::run(args, out, lang),
    }
}

fn schema(path: &Path, lang: Lang) -> anyhow::Result<Schema> {
    let reading = lang.pick("reading the schema", "读取数据结构文件");
    let reading = || format!("{reading} {}", path.display());
    let text = fs::read_to_string(path).with_context(reading)?;
    Schema::from_toml(&text).with_context(reading)
}

/// Says where it is written how such files look.
fn explained<T>(read: anyhow::Result<T>, lang: Lang) -> anyhow::Result<T> {
    read.or_hint(lang.pick(
        "docs/guide/preparation.md says what an intent and a preparation look like",
        "意图文件和预处理文件的写法见 docs/guide/preparation.md",
    ))
}
