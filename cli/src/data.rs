//! `consilium data`: a table before a study uses it, and the data sets of a participant.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use consilium_base::hex;
use consilium_data::draft::{Draft, draft_file};
use consilium_data::{Counts, Loaded, ReadError, Reading};
use consilium_schema::Schema;

use consilium_plan::{Lang, Name};

use crate::{
    client::{Door, HouseDoor, block_on},
    hint::{Hinted, OrHint as _},
    terminal::tell,
};

mod alignments;
mod cards;
mod check;
mod folder;
mod issues;
pub(crate) mod keys;
mod lines;
pub(crate) mod map;
mod privacy;
mod profile;
mod quality;
mod queries;
mod registered;
mod say;
pub(crate) mod score;
#[cfg(test)]
mod tests;
mod value;

/// What reports say that they were made by.
const TOOL: &str = concat!("consilium ", env!("CARGO_PKG_VERSION"));

/// What `consilium data` is given.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium data schema patients.csv -o patients.toml
  consilium data check patients.csv --schema patients.toml
  consilium data add patients patients.csv --schema patients.toml")]
pub(crate) struct DataArgs {
    #[command(subcommand)]
    command: DataCommand,
}

#[derive(Debug, Subcommand)]
enum DataCommand {
    /// Read a file in full and name what is wrong with it, by line, row and column
    #[command(after_help = "\
Rows in the file are counted by a scanner of its own; they equal the rows read, or the check \
fails.

Examples:
  consilium data check patients.csv
  consilium data check patients.csv.gz --schema patients.toml
  consilium data check patients.csv --json | jq .rows_read")]
    Check {
        #[command(flatten)]
        source: Source,
        /// How many faults are named; the others are counted
        #[arg(long, default_value_t = 20, value_name = "N")]
        issues: usize,
    },
    /// Count and summarise every column, for the owner's eyes
    #[command(after_help = "\
Example:
  consilium data profile patients.csv --schema patients.toml")]
    Profile {
        #[command(flatten)]
        source: Source,
    },
    /// Measure how easily people are found again in a file's rows, for the owner's eyes
    #[command(after_help = "\
Nothing leaves this machine. Classes are the rows that nobody can tell apart by the \
quasi-identifiers; a missing value is a value like others. Numbers and dates that are sensitive \
are measured as lying on a scale, unless cells are missing. docs/guide/privacy.md says what each \
number means.

Examples:
  consilium data privacy patients.csv --schema patients.toml --quasi age,sex,postcode
  consilium data privacy patients.csv --quasi age,sex --sensitive diagnosis \\
      --population-rows 90000
  consilium data privacy patients.csv --quasi age,sex --population residents.csv --out privacy
  consilium data privacy patients.csv --quasi age,sex --losses losses.csv --json \\
      | jq .membership
  consilium data privacy train.csv --schema patients.toml --quasi age,sex \\
      --model model.json --others test.csv")]
    Privacy(privacy::Privacy),
    /// Measure what a file's rows are worth where no study says it: how well they predict a label, at home
    #[command(after_help = "\
Nothing leaves this machine. A regression of the label on the features is fitted to four fifths of \
the rows and predicts the fifth, five times; what it explains stands in for a value, and is marked \
so on every card. A label of numbers becomes one of classes by --above or --equals. Without \
--features all numbers, booleans and categories of the schema are features: name them if the label \
is among what comes after it.

Examples:
  consilium data value patients.csv --schema patients.toml --label died --out value
  consilium data value patients.csv --schema patients.toml --label stage --above 2 \\
      --features age,sex,bmi --json")]
    Value(value::Args),
    /// Hold a table's own rules against its rows: scores, and the first rows that break a rule
    #[command(after_help = "\
Nothing leaves this machine. A rule file is TOML: it names files and what must hold of their rows; \
docs/guide/quality.md tells how to write one. What can't be run or read stands in the report, and \
everything else is held against its rows all the same. With --out a folder keeps the report as a \
page (quality.html) and as JSON (quality.json), the first offending rows (offending.csv), the \
scores of all checks (scores.jsonl) and the list of issues (issues.jsonl); only its owner may read \
them.

Exit codes: 0, all rules were run, and --min-score is reached if it is asked for; 1, the rule file \
is wrong or nothing could be run, or else the report is left and a rule could not be run or \
--min-score is missed; 2, the command is mistyped.

Examples:
  consilium data quality stays.rules.toml
  consilium data quality stays.rules.toml --out quality --min-score 95
  consilium data quality stays.rules.toml --rows 0 --json | jq .total.score")]
    Quality(quality::Quality),
    /// List rules that are broken, and say what becomes of them: notified, repaired, accepted, closed
    #[command(
        subcommand,
        after_help = "\
`consilium data quality --out FOLDER` finds an issue for each rule that is broken, closes it when \
no row breaks the rule any more, and opens it again when some do after all. An issue that is \
accepted is not open, and counts in scores. The list is added to and never changed.

Examples:
  consilium data issues list quality
  consilium data issues notify quality stay-order --by Wang --note ward-3
  consilium data issues repaired quality stay-order --by Li"
    )]
    Issues(issues::Issues),
    /// Put what was measured on a signed card for a purpose, show it, compare it, verify it
    #[command(
        subcommand,
        after_help = "\
A scorecard has four dimensions from 0 to 100, each with its parts and an interval: quality, \
scarcity, privacy, value. It stays at home; others see bands of twenty points. \
docs/guide/scorecards.md says what the numbers mean.

Examples:
  consilium data score purpose training
  consilium data score make --purpose training --data-set heart --quality quality \\
      --key li.key.pem --out card
  consilium data score show card
  consilium data score compare card
  consilium data score verify card/public.json --public-key li.key.pem.pub"
    )]
    Score(score::Score),
    /// Read the key of each row as a plan has it, and say which rows give none, or the same one
    #[command(after_help = "\
Nothing leaves this machine, and no value is shown: rows are named by their numbers. Refused rows \
are no error; it ends with exit code 1 if the file can't be read, or if a study under the plan \
would fail with these keys alone, whichever party's they are. Keys that more than ten times as \
many rows share as a key has on average are warned of: they may stand for nobody.

Examples:
  consilium data keys members.csv --plan plan.toml
  consilium data keys members.csv --plan plan.toml --issues 1000000
  consilium data keys members.csv --plan plan.toml --schema members.toml --json")]
    Keys(keys::Keys),
    /// List the orders of rows that studies have found to be common with other institutions
    #[command(after_help = "\
An alignment has ended while its data set has another version or is removed; it is current again \
when the old content is registered again. While the data set's file differs from what is \
registered, it is shown as changed. Each institution sees the state of its own rows only.

Examples:
  consilium data alignments
  consilium data alignments --json")]
    Alignments {
        #[command(flatten)]
        door: HouseDoor,
        /// Print one line of JSON for each alignment
        #[arg(long)]
        json: bool,
    },
    /// Make features of several files by a query of one's own
    #[command(
        subcommand,
        after_help = "\
A mapping is a TOML file: it names files, says how they are read, and holds one SELECT over them; \
the schema that it names says what must come out. docs/guide/mapping.md tells how to write one.

Examples:
  consilium data map check features.map.toml
  consilium data map suggest encounters.csv
  consilium data map preview features.map.toml --rows 5
  consilium data map run features.map.toml --out features.csv"
    )]
    Map(map::Map),
    /// List how much other institutions have asked under keys of this one, by data set and quarter
    #[command(after_help = "\
Whoever holds a large set answers the queries of a small one under a key for each institution, \
each version of the data set and each quarter of a year; plans say how many it answers to an \
institution in a quarter, under the keys of all versions together.

Examples:
  consilium data queries
  consilium data queries --json")]
    Queries {
        #[command(flatten)]
        door: HouseDoor,
        /// Print one line of JSON for each key
        #[arg(long)]
        json: bool,
    },
    /// Draft a schema for a file, with remarks on what a person should decide
    #[command(after_help = "\
Examples:
  consilium data schema patients.csv
  consilium data schema patients.csv -o patients.toml")]
    Schema {
        /// A CSV file, plain or gzip
        file: PathBuf,
        /// Where the draft goes instead of the terminal; an existing file is left alone
        #[arg(short, long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Register a file at the participant on this machine, for studies to use
    #[command(after_help = "\
The file is checked in full first, and stays where it is. When it changes, a run under way goes on \
with the rows that it has read; later runs are refused until the file is as it was, or is added \
again under the same name and approved. A mapping makes the rows of several files by a query, anew \
whenever they are read; it and its schema are kept as they are now, and its files must not change \
either.

Examples:
  consilium data add discharges /srv/discharges.csv --schema discharges.toml
  consilium data add features --mapping /srv/features.map.toml
  consilium data add heart heart.csv --schema heart.toml --split holdout=heart-split.csv")]
    Add(registered::Add),
    /// List the participant's data sets, and whether their files have changed; or those of all members
    #[command(after_help = "\
With --federation the coordinator lists what members show of their data sets' scorecards, the \
fittest first: bands of twenty points, and whether the institution's own steward signed them. \
Whose key a steward's is the institution says.

Examples:
  consilium data list
  consilium data list --json
  consilium data list --federation --purpose training --as me")]
    List {
        #[command(flatten)]
        door: Door,
        /// Ask the coordinator what members show of their data sets' scorecards
        #[arg(long)]
        federation: bool,
        /// Show cards for this purpose alone: training, release, ID@HASH, or a file that says so
        #[arg(long, value_name = "PURPOSE", requires = "federation")]
        purpose: Option<String>,
        /// Print one line of JSON for each data set
        #[arg(long)]
        json: bool,
    },
    /// Remove a data set from the participant; its file is left alone
    #[command(after_help = "Example:\n  consilium data remove discharges")]
    Remove {
        /// The data set's name
        #[arg(value_parser = registered::name)]
        name: Name,
        #[command(flatten)]
        door: HouseDoor,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
        /// Print one line of JSON for each data set that is left
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct Source {
    /// A CSV file, plain or gzip
    file: PathBuf,
    /// Its schema; without one, a schema is drafted from the file
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Runs one of the commands; what is data goes to `out`, what is for people alone to stderr.
pub(crate) fn run(args: &DataArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match &args.command {
        DataCommand::Check { source, issues } => check::run(source, *issues, out, lang),
        DataCommand::Profile { source } => profile::run(source, out, lang),
        DataCommand::Schema { file, out: to } => draft(file, to.as_deref(), out, lang),
        DataCommand::Map(args) => map::run(args, out, lang),
        DataCommand::Privacy(args) => privacy::run(args, out, lang),
        DataCommand::Value(args) => value::run(args, out, lang),
        DataCommand::Quality(args) => quality::run(args, out, lang),
        DataCommand::Issues(args) => issues::run(args, out, lang),
        DataCommand::Score(args) => score::run(args, out, lang),
        DataCommand::Keys(args) => keys::run(args, out, lang),
        DataCommand::Alignments { door, json } => {
            block_on(alignments::list(door, *json, out, lang))
        }
        DataCommand::Queries { door, json } => block_on(queries::list(door, *json, out, lang)),
        DataCommand::Add(args) => block_on(registered::add(args, out, lang)),
        DataCommand::List {
            door,
            federation: true,
            purpose,
            json,
        } => block_on(cards::federation(
            (purpose.as_deref(), door),
            *json,
            out,
            lang,
        )),
        DataCommand::List { door, json, .. } => block_on(registered::list(door, *json, out, lang)),
        DataCommand::Remove {
            name,
            door,
            yes,
            json,
        } => block_on(registered::remove((name, *yes), door, *json, out, lang)),
    }
}

impl Source {
    /// The declared schema, or one drafted from the file; the inner error is the file's.
    fn schema(&self, lang: Lang) -> anyhow::Result<Result<Schema, ReadError>> {
        let Some(path) = &self.schema else {
            return Ok(draft_file(&self.file).map(|draft| draft.schema));
        };
        let reading = lang.pick("reading the schema", "读取数据结构文件");
        let text =
            fs::read_to_string(path).with_context(|| format!("{reading} {}", path.display()))?;
        let schema = Schema::from_toml(&text)
            .with_context(|| format!("{reading} {}", path.display()))
            .or_hint(lang.pick(
                "`consilium data schema FILE` drafts a schema to compare with",
                "可用 `consilium data schema 文件` 生成草案进行对照",
            ))?;
        Ok(Ok(schema))
    }

    fn load(&self, schema: &Schema, most_issues: usize) -> Result<Loaded, ReadError> {
        Reading::new(schema)
            .keep_issues(most_issues)
            .file(&self.file)
    }
}

fn draft(file: &Path, to: Option<&Path>, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let draft: Draft = draft_file(file).map_err(|error| failed(&error, lang))?;
    let text = say::draft_header(file, lang) + &draft.annotated(|remark| say::remark(remark, lang));
    match to {
        None => out.write_all(text.as_bytes())?,
        Some(path) => {
            let writing = lang.pick("writing the draft to", "写入草案");
            let kept = lang.pick(
                "an existing file is never overwritten: choose another name, or remove it first",
                "不会覆盖已有文件：请换一个名称，或先删除它",
            );
            let mut file = File::create_new(path)
                .with_context(|| format!("{writing} {}", path.display()))
                .or_hint(kept)?;
            file.write_all(text.as_bytes())
                .with_context(|| format!("{writing} {}", path.display()))?;
        }
    }
    tell_counts(&draft.report.counts, lang);
    for note in &draft.report.notes {
        tell(&say::note(note, lang));
    }
    Ok(())
}

/// Gives as much of a hash as people need to tell things apart.
fn short(hash: &[u8]) -> String {
    hex::encode(hash).chars().take(12).collect()
}

/// Reads a file in full, before a daemon does: what is wrong with it is said in the reader's language.
pub(crate) fn check(file: &Path, schema: &Schema, lang: Lang) -> anyhow::Result<Counts> {
    let loaded = Reading::new(schema).file(file);
    let loaded = loaded.map_err(|error| failed(&error, lang))?;
    Ok(loaded.report.counts)
}

/// An error in the reader's language, with the way out where there is one.
pub(crate) fn failed(error: &ReadError, lang: Lang) -> anyhow::Error {
    let said = anyhow::anyhow!(say::read_error(error, lang));
    match say::way_out(error, lang) {
        None => said,
        Some(hint) => Hinted {
            error: said,
            hint: hint.to_owned(),
        }
        .into(),
    }
}

/// Tells that no row was lost.
pub(crate) fn tell_counts(counts: &Counts, lang: Lang) {
    tell(&say::counts(counts, lang));
}
