//! How easily people are found again in a file's rows, for whoever holds it.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use consilium_catalogue::Identifies;
use consilium_plan::{Lang, UnixTime};
use consilium_privacy::{Column, Population, Report, Score, Table, Threshold, sensitivity_score};
use consilium_schema::Schema;
use serde::Serialize;

use super::{Source, TOOL, failed, folder, say as said, tell_counts};
use crate::{clock, hint::OrHint as _, new_file};

mod columns;
mod losses;
mod membership;
mod page;
mod recognised;
mod say;

use columns::Roles;
use membership::{Attack, Attacked};
use recognised::Sensitivity;

pub(super) use columns::Named;

#[derive(Debug, Args)]
pub(super) struct Privacy {
    #[command(flatten)]
    source: Source,
    /// The columns by which people are found again, together: age, sex, postcode; a name with a comma in quotes
    #[arg(long, value_name = "COLUMNS", required = true)]
    quasi: Vec<Named>,
    /// The columns that nobody should learn of a person: a diagnosis
    #[arg(long, value_name = "COLUMNS")]
    sensitive: Vec<Named>,
    /// The columns by which people are found alone; those that the catalogue calls so are added
    #[arg(long, value_name = "COLUMNS")]
    direct: Vec<Named>,
    /// Columns that the catalogue takes for such, and that find nobody
    #[arg(long, value_name = "COLUMNS")]
    not_direct: Vec<Named>,
    /// The column that tells people apart, if they have several rows: classes then count people
    #[arg(long, value_name = "COLUMN")]
    person: Option<String>,
    /// A table of everybody who might have a row, with the quasi-identifiers' columns
    #[arg(long, value_name = "FILE", conflicts_with = "population_rows")]
    population: Option<PathBuf>,
    /// How many people might have a row, where there is no table of them
    #[arg(long, value_name = "N")]
    population_rows: Option<u64>,
    /// The probability of being found again above which a row is at risk; default: one of 11
    #[arg(long, value_name = "P", value_parser = threshold)]
    threshold: Option<Threshold>,
    #[command(flatten)]
    attack: Attack,
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
    /// How well a model tells who taught it.
    membership: Option<Attacked>,
    /// What scorecards take.
    scores: Vec<Score>,
}

/// Measures a file's rows.
pub(super) fn run(args: &Privacy, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let schema = args
        .source
        .schema(lang)?
        .map_err(|error| failed(&error, lang))?;
    let roles = Roles::of(args, &schema, lang)?;
    if let Some(folder) = &args.out {
        is_new(folder, lang)?;
    }
    let loaded = args
        .source
        .load(&schema, 20)
        .map_err(|error| failed(&error, lang))?;
    let mut sensitivity = Sensitivity::of(&schema, &loaded.table, &roles.innocent);
    sensitivity.forgotten = roles.forgotten(sensitivity.that(Identifies::Quasi));
    let person = columns::of(&roles.person, &[&loaded.table], lang)?.pop();
    let table = Table {
        quasi: columns::of(&roles.quasi, &[&loaded.table], lang)?,
        sensitive: columns::of(&roles.sensitive, &[&loaded.table], lang)?,
        direct: roles.direct(sensitivity.that(Identifies::Direct)),
        population: population(args, &roles, &schema, &loaded.table, person.as_ref(), lang)?,
        person,
        population_rows: args.population_rows,
        threshold: args.threshold.unwrap_or(Threshold::CLINICAL),
    };
    let read = (args.source.file.as_path(), args.source.schema.as_deref());
    let membership = args.attack.run(read, lang)?;
    let report = Report::of(&table)?;
    let mut scores = report.scores();
    scores.extend(membership.as_ref().map(|it| it.found.score()));
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
    Ok(say::print(&found, out, lang)?)
}

fn threshold(text: &str) -> Result<Threshold, String> {
    let probability = text.parse().map_err(|_| "not a number".to_owned())?;
    Threshold::new(probability).map_err(|error| error.to_string())
}

/// Reads the population's table by what the schema says of the quasi-identifiers.
fn population(
    args: &Privacy,
    roles: &Roles,
    schema: &Schema,
    table: &consilium_data::Table,
    person: Option<&Column>,
    lang: Lang,
) -> anyhow::Result<Option<Population>> {
    let Some(path) = &args.population else {
        return Ok(None);
    };
    let part = columns::part(schema, &roles.quasi)?;
    let people = consilium_data::Reading::new(&part).file(path);
    let people = people.map_err(|error| failed(&error, lang))?;
    let both = columns::of(&roles.quasi, &[table, &people.table], lang)?;
    Ok(Some(Population::of(&both, table.rows(), person)?))
}

/// Refuses a folder that exists before everything is read.
pub(super) fn is_new(path: &Path, lang: Lang) -> anyhow::Result<()> {
    let exists = path.symlink_metadata().is_ok();
    let new = (!exists)
        .then_some(())
        .ok_or(io::Error::from(io::ErrorKind::AlreadyExists));
    made(new, path, lang)
}

pub(super) fn made(made: io::Result<()>, path: &Path, lang: Lang) -> anyhow::Result<()> {
    let named = made.with_context(|| path.display().to_string());
    named.or_hint(lang.pick(
        "name a folder that does not exist yet",
        "请指定一个尚不存在的文件夹",
    ))
}

/// Leaves the report in a new folder.
fn write(found: &Found, path: &Path, lang: Lang) -> anyhow::Result<()> {
    made(folder::make(path), path, lang)?;
    let leave = |name: &str, text: &str| {
        let path = path.join(name);
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
