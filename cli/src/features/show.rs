//! What becomes of each column.

use std::{fs, io::Write, path::PathBuf};

use anyhow::Context as _;
use clap::Args;
use consilium_plan::{Lang, say_prepared};
use consilium_preparation::{Preparation, Term, TermValues};
use consilium_schema::Column;
use serde_json::{Value, json};

use super::{explained, schema};
use crate::{
    findings::short,
    listing::{self, Listed},
    terminal::on_one_line,
};

#[derive(Debug, Args)]
pub(super) struct Show {
    /// A preparation
    preparation: PathBuf,
    /// The schema of the columns that it is made of
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,
    /// Print one line of JSON for each feature
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Show, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let schema = schema(&args.schema, lang)?;
    let reading = lang.pick("reading the preparation", "读取预处理文件");
    let reading = || format!("{reading} {}", args.preparation.display());
    let text = fs::read_to_string(&args.preparation).with_context(reading)?;
    let preparation = Preparation::from_toml(&text, &schema).with_context(reading);
    let preparation = explained(preparation, lang)?;
    print((&preparation, schema.columns()), args.json, out, lang)?;
    if !args.json {
        let hash = lang.pick("hash: ", "哈希：");
        writeln!(out, "{hash}{}", preparation.hash())?;
    }
    Ok(())
}

/// Prints the features of a preparation of these columns.
pub(crate) fn print(
    (preparation, columns): (&Preparation, &[Column]),
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let lines: Vec<Line<'_>> = (0..preparation.features().len())
        .map(|place| Line {
            preparation,
            columns,
            place,
        })
        .collect();
    listing::print(&lines, json, out, lang)
}

/// A feature in a list.
struct Line<'a> {
    preparation: &'a Preparation,
    columns: &'a [Column],
    place: usize,
}

impl Line<'_> {
    fn said(&self, lang: Lang) -> String {
        let feature = &self.preparation.features()[self.place];
        say_prepared(feature, self.columns, lang)
    }
}

impl Listed for Line<'_> {
    const NONE: [&'static str; 2] = ["no features", "没有特征"];
    const HEADER: &'static [[&'static str; 2]] = &[
        ["what becomes of it", "如何处理"],
        ["what comes out", "得到的列"],
    ];
    const WRAPPED: &'static [(usize, u16)] = &[(0, 64), (1, 50)];

    fn row(&self, lang: Lang) -> Vec<String> {
        let terms = self.preparation.terms_of(self.place).map(of_term);
        let terms: Vec<String> = terms.collect();
        vec![
            on_one_line(&self.said(lang)),
            on_one_line(&terms.join("; ")),
        ]
    }

    fn line(&self, lang: Lang) -> Value {
        let feature = &self.preparation.features()[self.place];
        let terms = self.preparation.terms_of(self.place).map(|term| {
            let (low, high) = term.values.range();
            json!({ "name": term.name, "low": low, "high": high, "whole": term.values.is_whole() })
        });
        let terms: Vec<Value> = terms.collect();
        json!({
            "feature": feature.name(),
            "columns": self.preparation.columns_of(feature),
            "terms": terms,
            "said": self.said(lang),
        })
    }
}

fn of_term(term: &Term) -> String {
    match term.values {
        TermValues::Binary => format!("{} 0/1", term.name),
        TermValues::Two { low, high } => {
            format!("{} {}/{}", term.name, short(low), short(high))
        }
        TermValues::Number { low, high } | TermValues::Whole { low, high } => {
            format!("{} {}…{}", term.name, short(low), short(high))
        }
    }
}
