use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::Args;
use consilium_catalogue::{Catalogue, Sketch, Suggested, Suggester};
use consilium_data::draft::sample_file;
use consilium_plan::Lang;
use serde_json::json;

use super::{draft, say};
use crate::{
    catalogue,
    data::failed,
    hint::{Misuse, OrHint as _},
};

/// What `consilium data map suggest` is given.
#[derive(Debug, Args)]
pub(crate) struct Suggest {
    /// CSV files, plain or gzip
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The catalogue whose features are suggested; default: the one that comes with the program
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
    /// How many rows at the beginning of each file are looked at
    #[arg(long, default_value_t = 2000, value_name = "N")]
    rows: usize,
    /// Where a draft of the mapping of one file goes, and beside it the schema that it names; existing
    /// files are left alone
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    out: Option<PathBuf>,
    /// Print one line of JSON for each file
    #[arg(long)]
    json: bool,
}

/// A file's columns with what is suggested for them.
pub(super) struct Found<'a> {
    pub(super) file: &'a Path,
    /// What the table is called: the file's name without its endings.
    pub(super) table: String,
    pub(super) columns: Vec<Suggested>,
    /// Whether the file names its columns.
    pub(super) has_header: bool,
    rows: usize,
}

pub(super) fn run(args: &Suggest, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if args.out.is_some() && args.files.len() != 1 {
        let misuse = lang.pick(
            "--out drafts the mapping of one file, and several are given",
            "--out 只能为一个文件起草映射，而给出了多个文件",
        );
        return Err(Misuse(misuse.to_owned())).or_hint(lang.pick(
            "draft them one by one, then join the queries by hand",
            "请逐个起草，再手工合并查询",
        ));
    }
    let catalogue = catalogue::load(args.catalogue.as_deref(), lang)?;
    let suggester = Suggester::new(&catalogue);
    for file in &args.files {
        let found = look(file, args.rows, &suggester, lang)?;
        if args.json {
            writeln!(out, "{}", line(&found, &catalogue))?;
        } else {
            say::write(&found, &catalogue, out, lang)?;
        }
        if let Some(to) = &args.out {
            draft::write(&found, &catalogue, to, lang)?;
        }
    }
    Ok(())
}

fn look<'a>(
    file: &'a Path,
    rows: usize,
    suggester: &Suggester<'_>,
    lang: Lang,
) -> anyhow::Result<Found<'a>> {
    let sample = sample_file(file, rows).map_err(|error| failed(&error, lang))?;
    let mut columns: Vec<Sketch> = sample.names.iter().map(|name| Sketch::new(name)).collect();
    for row in &sample.rows {
        for (column, cell) in columns.iter_mut().zip(row) {
            column.observe(cell);
        }
    }
    let table = table_of(file);
    Ok(Found {
        file,
        columns: suggester.table(&table, &columns),
        has_header: sample.has_header,
        table,
        rows: sample.rows.len(),
    })
}

/// The name of a file up to its first point.
fn table_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').find(|part| !part.is_empty());
    stem.unwrap_or("table").to_owned()
}

fn line(found: &Found<'_>, catalogue: &Catalogue) -> serde_json::Value {
    json!({
        "file": found.file,
        "table": found.table,
        "catalogue": { "name": catalogue.name(), "version": catalogue.version(), "hash": catalogue.hash().to_string() },
        "rows_sampled": found.rows,
        "columns": found.columns,
    })
}
