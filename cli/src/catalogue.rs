//! `consilium catalogue`: the canonical features that institutions map their columns to.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use consilium_catalogue::{Catalogue, Difference, Feature};
use consilium_plan::Lang;
use serde_json::{Value, json};

use crate::{
    hint::OrHint as _,
    listing::{self, Listed},
    whole,
};

mod say;

/// The most bytes of a catalogue that are read.
const LONGEST: u64 = 16 << 20;

/// What `consilium catalogue` is given.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium catalogue list --table settlement
  consilium catalogue show patient.sex
  consilium catalogue diff old.toml new.toml")]
pub(crate) struct CatalogueArgs {
    #[command(subcommand)]
    command: CatalogueCommand,
}

#[derive(Debug, Subcommand)]
enum CatalogueCommand {
    /// List features, with type, unit, sensitivity and how sure they are
    #[command(after_help = "\
Sensitivity is a level of GB/T 39725-2020 from 1 (may be public) to 5, for people to judge by.

Examples:
  consilium catalogue list
  consilium catalogue list --table fee --catalogue own.toml
  consilium catalogue list --json | jq .id")]
    List {
        /// Of one table alone, as `fee` or `patient`
        #[arg(long)]
        table: Option<String>,
        #[command(flatten)]
        source: Source,
        /// Print one line of JSON for each feature
        #[arg(long)]
        json: bool,
    },
    /// Show all that is declared of features
    #[command(after_help = "\
Examples:
  consilium catalogue show stay.days
  consilium catalogue show fee.price fee.quantity --json")]
    Show {
        /// Their ids, as `stay.days`
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        #[command(flatten)]
        source: Source,
        /// Print one line of JSON for each feature
        #[arg(long)]
        json: bool,
    },
    /// Read a catalogue, and say what is wrong with it, or its version and hash
    #[command(after_help = "\
A file that is written in another order has the same hash.

Examples:
  consilium catalogue check own.toml
  consilium catalogue check own.toml --json")]
    Check {
        /// A catalogue
        file: PathBuf,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Compare two catalogues, by names and versions
    #[command(after_help = "\
Changes of type, unit, width, levels, code system, window or zone are marked: values of one \
catalogue would be misread under the other.

Examples:
  consilium catalogue diff old.toml new.toml
  consilium catalogue diff own.toml --json")]
    Diff {
        /// The catalogue as it was
        before: PathBuf,
        /// The catalogue as it is; default: the one that comes with the program
        after: Option<PathBuf>,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct Source {
    /// The catalogue; default: the one that comes with the program
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
}

/// Runs one of the commands.
pub(crate) fn run(args: &CatalogueArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match &args.command {
        CatalogueCommand::List {
            table,
            source,
            json,
        } => {
            let catalogue = load(source.catalogue.as_deref(), lang)?;
            let asked = |feature: &&Feature| {
                let table = table.as_deref();
                table.is_none_or(|table| feature.table() == table)
            };
            let found: Vec<Line<'_>> = catalogue
                .features()
                .iter()
                .filter(asked)
                .map(Line)
                .collect();
            listing::print(&found, *json, out, lang)
        }
        CatalogueCommand::Show { ids, source, json } => {
            let catalogue = load(source.catalogue.as_deref(), lang)?;
            ids.iter()
                .try_for_each(|id| show(&catalogue, id, *json, out, lang))
        }
        CatalogueCommand::Check { file, json } => check(file, *json, out, lang),
        CatalogueCommand::Diff {
            before,
            after,
            json,
        } => {
            let before = load(Some(before), lang)?;
            let difference = Difference::between(&before, &load(after.as_deref(), lang)?);
            if *json {
                return Ok(writeln!(out, "{}", say::difference_as_json(&difference))?);
            }
            say::difference(&difference, out, lang)
        }
    }
}

/// Reads a catalogue; without a file, it is the one that comes with the program.
pub(crate) fn load(file: Option<&Path>, lang: Lang) -> anyhow::Result<Catalogue> {
    let Some(path) = file else {
        return Ok(Catalogue::starter());
    };
    let reading = lang.pick("reading the catalogue", "读取目录");
    let reading = || format!("{reading} {}", path.display());
    let text = whole::text(path, LONGEST).with_context(reading)?;
    Catalogue::from_toml(&text)
        .with_context(reading)
        .or_hint(lang.pick(
            "docs/guide/catalogue.md says what a catalogue looks like",
            "目录的写法见 docs/guide/catalogue.md",
        ))
}

fn show(
    catalogue: &Catalogue,
    id: &str,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let Some(feature) = catalogue.feature(id) else {
        let error = match lang {
            Lang::En => anyhow!("the catalogue has no feature {id:?}"),
            Lang::Zh => anyhow!("目录中没有特征 {id:?}"),
        };
        return Err(error).or_hint(lang.pick(
            "`consilium catalogue list` lists them",
            "`consilium catalogue list` 可列出所有特征",
        ));
    };
    if json {
        return Ok(writeln!(out, "{}", say::as_json(feature))?);
    }
    say::feature(feature, catalogue, out, lang)
}

fn check(file: &Path, json: bool, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let catalogue = load(Some(file), lang)?;
    let (features, tables) = (catalogue.features().len(), catalogue.tables().len());
    let (name, version) = (catalogue.name(), catalogue.version());
    let hash = catalogue.hash().to_string();
    if json {
        let line = json!({
            "file": file,
            "name": name,
            "version": version,
            "features": features,
            "tables": tables,
            "sources": catalogue.sources().len(),
            "hash": hash,
        });
        return Ok(writeln!(out, "{line}")?);
    }
    match lang {
        Lang::En => writeln!(
            out,
            "{name} {version}: {features} features of {tables} tables"
        )?,
        Lang::Zh => writeln!(out, "{name} {version}：{tables} 张表，{features} 个特征")?,
    }
    Ok(writeln!(out, "{}{hash}", lang.pick("hash: ", "哈希："))?)
}

/// A feature in a list.
struct Line<'a>(&'a Feature);

impl Listed for Line<'_> {
    const NONE: [&'static str; 2] = ["no such features", "没有这样的特征"];
    const HEADER: &'static [[&'static str; 2]] = &[
        ["feature", "特征"],
        ["meaning", "含义"],
        ["type", "类型"],
        ["unit", "单位"],
        ["sensitivity", "敏感级别"],
        ["identifies", "可识别个人"],
        ["certainty", "确定程度"],
    ];
    const NUMBERS: std::ops::Range<usize> = 4..5;
    const WRAPPED: &'static [(usize, u16)] = &[(1, 40)];

    fn row(&self, lang: Lang) -> Vec<String> {
        let feature = self.0;
        vec![
            feature.id().to_owned(),
            lang.pick(&feature.name().en, &feature.name().zh).clone(),
            feature.kind().name().to_owned(),
            feature.unit().map(ToString::to_string).unwrap_or_default(),
            feature.sensitivity().level().to_string(),
            say::identifies(feature.identifies(), lang).to_owned(),
            say::certainty(feature.certainty(), lang).to_owned(),
        ]
    }

    fn line(&self, _lang: Lang) -> Value {
        say::as_json(self.0)
    }
}
