//! The keys of a file, as a plan declares them.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use clap::Args;
use consilium_data::Reading;
use consilium_entities::{Day, Entities, EntitiesError, Intake, Report};
use consilium_plan::{Align, Lang, Obstacle, Task};
use consilium_schema::Schema;

use super::failed;
use crate::{clock, hint::OrHint as _, local::inputs, plan};
use verdict::Verdict;

mod page;
mod verdict;

#[derive(Debug, Args)]
pub(super) struct Keys {
    /// A CSV file, plain or gzip
    file: PathBuf,
    /// The plan of kind align that declares the key
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// The file's schema; without one, the key's columns are taken as codes
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// How many rows are named for each reason; the others are counted
    #[arg(long, default_value_t = Report::MOST_ISSUES, value_name = "N")]
    issues: usize,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Keys, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let plan = plan::load(&args.plan, lang)?.plan;
    let Task::Align(task) = plan.task() else {
        return Err(anyhow!(lang.pick(
            "the plan is of another kind and has no key",
            "该方案属于其他类型，没有键"
        )))
        .or_hint(lang.pick(
            "keys are those of plans of kind = \"align\"",
            "键属于 kind = \"align\" 的方案",
        ));
    };
    let schema = schema(args.schema.as_deref(), task, lang)?;
    let found = read(&args.file, (&schema, task), args.issues, lang)?;
    let verdict = Verdict::of(&plan, task, &found);
    if let Some(report) = report(&found) {
        if args.json {
            writeln!(out, "{}", page::as_json(report, &verdict))?;
        } else {
            page::print(report, out, lang)?;
        }
    }
    if !args.json {
        verdict.print(out, lang)?;
    }
    verdict.or_fail(lang)
}

/// Different keys and what was found in the rows, or why these give none.
pub(crate) type Found = Result<(Entities, Report), EntitiesError>;

/// Gives what was found in the rows, where it came to that.
pub(crate) fn report(found: &Found) -> Option<&Report> {
    match found {
        Ok((_, report)) => Some(report),
        Err(error) => error.report(),
    }
}

/// Reads the keys of a file; up to `most` rows are named for each reason.
pub(crate) fn read(
    file: &Path,
    (schema, task): (&Schema, &Align),
    most: usize,
    lang: Lang,
) -> anyhow::Result<Found> {
    let mut intake = Intake::new(&task.key, Day::in_china(clock::now())).naming(most);
    let columns: Vec<&str> = task.key_columns().collect();
    let mut pushed = Ok(());
    Reading::new(schema)
        .file_texts(file, &columns, |cells| {
            if pushed.is_ok() {
                pushed = intake.push(cells);
            }
        })
        .map_err(|error| failed(&error, lang))?;
    Ok(pushed.and_then(|()| intake.finish()))
}

/// Gives the schema, if the key's columns are there and hold text.
fn schema(file: Option<&Path>, task: &Align, lang: Lang) -> anyhow::Result<Schema> {
    let Some(file) = file else {
        return Ok(Schema::from_toml(&inputs::of_keys(task))?);
    };
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let schema = Schema::from_toml(&text).with_context(|| file.display().to_string())?;
    check_columns(&schema, task, lang)?;
    Ok(schema)
}

/// Checks that the key's columns are there and hold text.
///
/// # Errors
///
/// The first that does not, with the way out.
pub(crate) fn check_columns(schema: &Schema, task: &Align, lang: Lang) -> anyhow::Result<()> {
    let said = match task.obstacles(schema).into_iter().next() {
        None => return Ok(()),
        Some(Obstacle::Missing(column)) => lang.pick(
            format!("the schema has no column {column}, which belongs to the key"),
            format!("数据结构中没有属于键的列 {column}"),
        ),
        Some(Obstacle::Differs(column)) => lang.pick(
            format!(
                "column {column} belongs to the key and is neither text nor code in the schema \
                 (KEYS-COLUMN)"
            ),
            format!(
                "列 {column} 属于键，但在数据结构中既不是 text 也不是 code 类型（KEYS-COLUMN）"
            ),
        ),
        Some(other) => format!("{other:?}"),
    };
    let way_out = lang.pick(
        "declare it with type = \"code\", and without what belongs to its present type, so that no \
         digit is lost",
        "请将其声明为 type = \"code\"，并去掉原类型的其他声明，以免丢失数位",
    );
    Err(anyhow!(said)).or_hint(way_out)
}
