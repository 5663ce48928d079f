//! Scores for the rows of a file.

use std::{
    io::{BufWriter, Write},
    path::PathBuf,
};

use anyhow::Context as _;
use clap::Args;
use consilium_data::{
    Reading, Table, Values,
    design::{Design, Features, MissingFeatures},
};
use consilium_plan::Lang;
use serde_json::json;

use super::{Model, columns::Wanted};
use crate::{data, new_file};

#[derive(Debug, Args)]
pub(super) struct Predict {
    /// A model as `consilium study result` leaves it
    model: PathBuf,
    /// A CSV file, plain or gzip
    file: PathBuf,
    /// Its schema; without one, the columns are read as the plan declares them
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Where the scores go instead of the terminal; an existing file is left alone
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write one line of JSON for each row instead of CSV
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Predict, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let model = Model::read(&args.model, lang)?;
    let schema = model.schema(args.schema.as_deref(), Wanted::Features, lang)?;
    let loaded = Reading::new(&schema).file(&args.file);
    let loaded = loaded.map_err(|error| data::failed(&error, lang))?;
    data::tell_counts(&loaded.report.counts, lang);
    let names: Vec<&str> = model.task().features.iter().map(String::as_str).collect();
    let features = Features {
        names: &names,
        preparation: model.task().preparation.as_ref(),
    };
    let design = Design::new(&loaded.table, features, None, MissingFeatures::Keep)?;
    let mut to: Box<dyn Write> = match &args.out {
        Some(path) => Box::new(new_file::create(path, lang)?),
        None => Box::new(out),
    };
    let mut to = BufWriter::new(&mut to);
    if !args.json {
        writeln!(to, "row,score,missing")?;
    }
    let columns = features.columns();
    for row in 0..design.rows {
        let missing = missing(&loaded.table, &columns, row);
        let has_gap = design.row(row).iter().any(|value| value.is_nan());
        let scored = !has_gap || !model.task().learner.drops_missing();
        let score = scored.then(|| model.fit.predict(design.row(row)));
        let number = row + 1;
        if args.json {
            let line = json!({ "row": number, "score": score, "missing": missing });
            writeln!(to, "{line}")?;
        } else {
            let score = score.map(|score| score.to_string()).unwrap_or_default();
            writeln!(to, "{number},{score},{}", quoted(&missing.join(" ")))?;
        }
    }
    to.flush().context("writing scores")
}

/// Names the columns of features that a row lacks.
fn missing<'a>(table: &Table, columns: &[&'a str], row: usize) -> Vec<&'a str> {
    let lacks = |column: &&&str| {
        table
            .column(column)
            .is_some_and(|column| match &column.values {
                Values::Numbers(values) => values.get(row).is_none(),
                Values::Flags(values) => values.get(row).is_none(),
                Values::Categories(values) => values.get(row).is_none(),
                Values::Texts(values) => values.get(row).is_none(),
                Values::Dates(_) => false,
            })
    };
    columns.iter().filter(lacks).copied().collect()
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
