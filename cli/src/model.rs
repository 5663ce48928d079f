//! `consilium model`: what a study has published, and what can be done with it.

use std::{io::Write, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use consilium_plan::Lang;

use crate::new_file;

mod columns;
mod export;
mod mistaken;
mod part;
mod predict;
mod published;
mod show;
mod tried;

pub(crate) use published::{Fit, Model};
pub(crate) use show::{coefficients, learnt};
pub(crate) use tried::Rows;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium model show result/model.json
  consilium model predict result/model.json patients.csv -o scores.csv
  consilium model export result/model.json --format onnx -o model.onnx")]
pub(crate) struct ModelArgs {
    #[command(subcommand)]
    command: ModelCommand,
}

#[derive(Debug, Subcommand)]
enum ModelCommand {
    /// Print a model's coefficients, or by what its trees go, and where it comes from
    #[command(after_help = "\
Of a model that several institutions hold together, each has a part, which tells of its own \
columns.

Examples:
  consilium model show result/model.json
  consilium model show result/model.json --json | jq .name,.coefficient")]
    Show {
        /// A model as `consilium study result` leaves it
        model: PathBuf,
        /// Print one line of JSON for each coefficient, or for each column of trees
        #[arg(long)]
        json: bool,
    },
    /// Score the rows of a CSV file
    #[command(after_help = "\
A row that the model can't score, because the plan leaves rows with missing values out, has an \
empty score and the names of the columns that are missing.

Examples:
  consilium model predict result/model.json patients.csv -o scores.csv
  consilium model predict result/model.json patients.csv.gz --schema patients.toml --json")]
    Predict(predict::Predict),
    /// Write a model as a file for other programs
    #[command(after_help = "\
Examples:
  consilium model export result/model.json --format onnx -o model.onnx
  consilium model export result/model.json --format json -o model-with-metadata.json")]
    Export {
        /// A model as `consilium study result` leaves it
        model: PathBuf,
        /// JSON with all metadata, or ONNX
        #[arg(long, value_enum)]
        format: Format,
        /// Where it goes; an existing file is left alone
        #[arg(short, long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Json,
    Onnx,
}

pub(crate) fn run(args: &ModelArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match &args.command {
        ModelCommand::Show { model, json } => match part::read(model, lang)? {
            Some(part) => part.show(*json, out, lang),
            None => show::run(&Model::read(model, lang)?, *json, out, lang),
        },
        ModelCommand::Predict(args) => predict::run(args, out, lang),
        ModelCommand::Export { model, format, out } => {
            let model = Model::read(model, lang)?;
            let file = match format {
                Format::Json => export::json(&model)?.into_bytes(),
                Format::Onnx => export::onnx(&model)?,
            };
            new_file::create(out, lang)?
                .write_all(&file)
                .with_context(|| out.display().to_string())
        }
    }
}
