//! Scores for the rows of a file.

use std::{
    fs,
    io::{BufWriter, Write},
    path::PathBuf,
};

use anyhow::Context as _;
use clap::Args;
use consilium_data::{
    Reading, Table, Values,
    design::{Design, Features, MissingFeatures},
};
use consilium_plan::{Lang, Obstacle, describe_parts};
use consilium_schema::{Column, Schema};
use serde_json::json;

use super::Model;
use crate::{
    data,
    hint::{Misuse, OrHint as _},
    new_file,
};

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
    let schema = schema(args, &model, lang)?;
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

/// Gives the schema of the features, checked against the plan's.
fn schema(args: &Predict, model: &Model, lang: Lang) -> anyhow::Result<Schema> {
    let task = model.task();
    // The plan's columns are those of features, and the label's.
    let is_feature = |name: &str| name != task.label.column;
    let Some(path) = &args.schema else {
        let columns = task
            .columns
            .iter()
            .filter(|column| is_feature(column.name()));
        let text: Vec<String> = columns.map(ToString::to_string).collect();
        return Schema::from_toml(&text.join("\n")).context("the plan's columns");
    };
    let reading = || {
        format!(
            "{} {}",
            lang.pick("reading the schema", "读取数据结构文件"),
            path.display()
        )
    };
    let schema = Schema::from_toml(&fs::read_to_string(path).with_context(reading)?);
    let schema = schema.with_context(reading)?;
    let obstacles = task.obstacles(&schema);
    let blamed = obstacles.iter().find_map(|obstacle| match obstacle {
        Obstacle::Missing(column) if is_feature(column) => Some(lang.pick(
            format!("the schema has no column {column:?}"),
            format!("数据结构中没有列 {column:?}"),
        )),
        Obstacle::DiffersIn(column, parts) if is_feature(column) => {
            let mut planned = task.columns.iter();
            let planned = planned.find(|planned| planned.name() == column);
            let planned = planned.map(Column::told);
            let differing = describe_parts(parts, planned.as_ref(), lang);
            Some(lang.pick(
                format!("column {column:?} is not the plan's: {differing}"),
                format!("列 {column:?} 与方案不同：{differing}"),
            ))
        }
        _ => None,
    });
    match blamed {
        None => Ok(schema),
        Some(blamed) => Err(Misuse(blamed)).or_hint(lang.pick(
            "type, unit, code system, range and levels of the features must be the plan's; `consilium model export --format json` shows the plan",
            "特征的类型、单位、编码体系、范围和取值必须与方案一致；`consilium model export --format json` 可查看方案",
        )),
    }
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
