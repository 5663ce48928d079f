//! How easily people are found again in a file's rows, for whoever holds it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use consilium_base::Seed;
use consilium_catalogue::{Catalogue, Identifies};
use consilium_plan::{Lang, UnixTime};
use consilium_privacy::{
    Advantage, Population, Report, Score, Table, Threshold, sensitivity_score,
};
use consilium_schema::Schema;
use serde::Serialize;

use super::{Source, TOOL, failed, say as said, tell_counts};
use crate::{clock, hint::OrHint as _, new_file, terminal::tell};

mod columns;
mod losses;
mod page;
mod say;

#[derive(Debug, Args)]
pub(super) struct Privacy {
    #[command(flatten)]
    source: Source,
    /// The columns by which people are found again, together: age, sex, postcode
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    quasi: Vec<String>,
    /// The columns that nobody should learn of a person: a diagnosis
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    sensitive: Vec<String>,
    /// The columns by which people are found alone; those that the catalogue calls so are added
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    direct: Vec<String>,
    /// A table of everybody who might have a row, with the quasi-identifiers' columns
    #[arg(long, value_name = "FILE", conflicts_with = "population_rows")]
    population: Option<PathBuf>,
    /// How many people might have a row, where there is no table of them
    #[arg(long, value_name = "N")]
    population_rows: Option<u64>,
    /// The probability of being found again above which a row is at risk; default: one of 11
    #[arg(long, value_name = "P")]
    threshold: Option<f64>,
    /// A CSV file with columns member (0 or 1) and loss, a row for each row that a model was tried on
    #[arg(long, value_name = "FILE")]
    losses: Option<PathBuf>,
    /// A new folder for privacy.json and privacy.html, which only its owner may read
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Everything that is told.
#[derive(Debug, Serialize)]
struct Found {
    /// The file that was read.
    file: PathBuf,
    /// For whom this is.
    #[serde(rename = "for")]
    whom: &'static str,
    /// What has measured.
    tool: &'static str,
    time: UnixTime,
    #[serde(flatten)]
    report: Report,
    /// What the catalogue says of the columns that it knows.
    sensitivity: Sensitivity,
    /// How well a model's losses tell who taught it.
    membership: Option<Advantage>,
    /// What scorecards take.
    scores: Vec<Score>,
}

/// Levels of GB/T 39725-2020.
#[derive(Debug, Default, Serialize)]
struct Sensitivity {
    /// The highest of all columns; none if the catalogue knows none of them.
    level: Option<u8>,
    columns: Vec<Known>,
}

/// A column that has the name of a feature of the catalogue.
#[derive(Debug, Serialize)]
struct Known {
    column: String,
    level: u8,
    identifies: Identifies,
}

/// Measures a file's rows.
pub(super) fn run(args: &Privacy, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let schema = args
        .source
        .schema(lang)?
        .map_err(|error| failed(&error, lang))?;
    columns::check(args, &schema, lang)?;
    let threshold = args
        .threshold
        .map_or(Ok(Threshold::CLINICAL), Threshold::new)?;
    let loaded = args
        .source
        .load(&schema, 20)
        .map_err(|error| failed(&error, lang))?;
    let sensitivity = Sensitivity::of(&schema);
    let table = Table {
        quasi: columns::of(&args.quasi, &[&loaded.table], lang)?,
        sensitive: columns::of(&args.sensitive, &[&loaded.table], lang)?,
        direct: sensitivity.direct(&args.direct),
        population: population(args, &schema, &loaded.table, lang)?,
        population_rows: args.population_rows,
        threshold,
    };
    let membership = args
        .losses
        .as_deref()
        .map(|path| advantage(path, lang))
        .transpose()?;
    let report = Report::of(&table)?;
    let mut scores = report.scores();
    scores.extend(membership.as_ref().map(Advantage::score));
    scores.extend(sensitivity.level.map(sensitivity_score));
    let found = Found {
        file: args.source.file.clone(),
        whom: "owner",
        tool: TOOL,
        time: clock::now(),
        report,
        sensitivity,
        membership,
        scores,
    };
    if let Some(folder) = &args.out {
        write(&found, folder, lang)?;
    }
    if args.source.json {
        return Ok(writeln!(out, "{}", serde_json::to_string(&found)?)?);
    }
    writeln!(out, "{}", said::schema(args.source.schema.as_deref(), lang))?;
    tell_counts(&loaded.report.counts, lang);
    say::print(&found, out, lang)?;
    for column in found.sensitivity.forgotten(&args.quasi) {
        tell(&say::forgotten(column, lang));
    }
    Ok(())
}

/// Reads the population's table by what the schema says of the quasi-identifiers.
fn population(
    args: &Privacy,
    schema: &Schema,
    table: &consilium_data::Table,
    lang: Lang,
) -> anyhow::Result<Option<Population>> {
    let Some(path) = &args.population else {
        return Ok(None);
    };
    let part = columns::part(schema, &args.quasi)?;
    let people = consilium_data::Reading::new(&part).file(path);
    let people = people.map_err(|error| failed(&error, lang))?;
    let both = columns::of(&args.quasi, &[table, &people.table], lang)?;
    Ok(Some(Population::of(&both, table.rows())?))
}

/// How well losses tell who taught a model; of the same losses always the same.
fn advantage(path: &Path, lang: Lang) -> anyhow::Result<Advantage> {
    let (members, others) = losses::read(path, lang)?;
    let seed = Seed::from_bytes([0; 32]).derive("privacy.1.bootstrap", &[]);
    Advantage::of(&members, &others, &mut seed.generator())
        .with_context(|| path.display().to_string())
}

/// Leaves the report in a new folder.
fn write(found: &Found, folder: &Path, lang: Lang) -> anyhow::Result<()> {
    fs::create_dir(folder)
        .with_context(|| folder.display().to_string())
        .or_hint(lang.pick(
            "name a folder that does not exist yet",
            "请指定一个尚不存在的文件夹",
        ))?;
    let leave = |name: &str, text: &str| {
        let path = folder.join(name);
        let mut file = new_file::create_private(&path, lang)?;
        file.write_all(text.as_bytes())
            .with_context(|| path.display().to_string())
    };
    leave(
        "privacy.json",
        &(serde_json::to_string_pretty(found)? + "\n"),
    )?;
    leave("privacy.html", &page::html(found, lang))
}

impl Sensitivity {
    fn of(schema: &Schema) -> Sensitivity {
        let catalogue = Catalogue::starter();
        let known = |column: &consilium_schema::Column| {
            let feature = catalogue.feature(column.name())?;
            Some(Known {
                column: column.name().to_owned(),
                level: feature.sensitivity().level(),
                identifies: feature.identifies(),
            })
        };
        let columns: Vec<Known> = schema.columns().iter().filter_map(known).collect();
        Sensitivity {
            level: columns.iter().map(|it| it.level).max(),
            columns,
        }
    }

    /// The direct identifiers: those that were named, and those that the catalogue knows.
    fn direct(&self, named: &[String]) -> Vec<String> {
        let mut direct = named.to_vec();
        direct.extend(self.that(Identifies::Direct).map(str::to_owned));
        direct.sort();
        direct.dedup();
        direct
    }

    /// Quasi-identifiers of the catalogue that are not among those that were named.
    fn forgotten<'a>(&'a self, quasi: &'a [String]) -> impl Iterator<Item = &'a str> {
        self.that(Identifies::Quasi)
            .filter(|column| quasi.iter().all(|named| named != column))
    }

    fn that(&self, identifies: Identifies) -> impl Iterator<Item = &str> {
        let columns = self.columns.iter();
        columns
            .filter(move |it| it.identifies == identifies)
            .map(|it| it.column.as_str())
    }
}
