//! How good an institution's own tables are, by declared rules, for whoever holds them.

use std::{
    fs,
    io::{self, IsTerminal as _, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_base::{Tagged, hex};
use consilium_node::config::Period;
use consilium_plan::{Lang, UnixTime};
use consilium_quality::{
    Check, Checked, Date, Given, Offence, Progress, QualityError, Report, RuleSet, Severity,
};
use consilium_schema::Schema;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tokio::time::Instant;

use super::{
    TOOL,
    issues::state::{Entry, State},
    map,
};
use crate::{
    clock,
    hint::{Misuse, OrHint as _},
    terminal::tell,
    whole,
};

pub(super) mod kept;
mod offending;
mod page;
mod say;
mod shapes;

use kept::Kept;

/// The most bytes of a schema that are read.
const LONGEST_SCHEMA: u64 = 16 << 20;

/// The most bytes of a table of codes that are read.
const LONGEST_CODES: u64 = 256 << 20;

/// The most rows of a rule that are shown.
const MOST_ROWS: u32 = 1000;

/// The most rows of a rule that are put into a file.
const ALL_ROWS: u32 = 1_000_000;

/// The rows of a rule that are shown where all go into a file.
const FIRST_ROWS: usize = 5;

/// How long it is from a line to the next, at least, where no bar is seen.
const BETWEEN_LINES: Duration = Duration::from_mins(1);

#[derive(Debug, Args)]
pub(super) struct Quality {
    /// A rule file
    rules: PathBuf,
    /// A folder for the report, earlier scores and the list of issues; it is made, or used again
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// How many rows are shown of each rule that is broken, at most 1000; 0 looks for none, all puts up to a million of
    /// each into offending.csv and shows 5
    #[arg(long, default_value = "5", value_name = "N", value_parser = shown_rows)]
    rows: u32,
    /// How long all queries together may take, as 30s, 10m, 2h or 1d; rules that have no time any more are not run
    #[arg(long, default_value = "1d", value_name = "TIME", value_parser = time)]
    within: Duration,
    /// Fail if the total is below this score; if a rule could not be run the command fails anyway
    #[arg(long, value_name = "SCORE", value_parser = score)]
    min_score: Option<f64>,
    /// Print one line of JSON, which holds no cell
    #[arg(long)]
    json: bool,
}

/// Everything that is told, but for rows.
#[derive(Debug, Serialize)]
struct Found {
    /// The rule file.
    file: PathBuf,
    /// For whom this is.
    #[serde(rename = "for")]
    whom: &'static str,
    /// What has measured.
    tool: &'static str,
    time: UnixTime,
    /// The hash of the report, in hexadecimal.
    hash: String,
    #[serde(flatten)]
    report: Report,
    /// What this check has changed in the list of issues.
    issues: Vec<Change>,
}

/// What becomes of an issue.
#[derive(Debug, Serialize)]
struct Change {
    rule: String,
    state: State,
    /// Whether the rules were others before.
    by_other_rules: bool,
}

pub(super) fn run(args: &Quality, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if args.rows == ALL_ROWS && args.out.is_none() {
        let misuse = lang.pick(
            "--rows all takes --out, for the rows go into its offending.csv",
            "--rows all 需要 --out：全部问题行写入其中的 offending.csv",
        );
        return Err(Misuse(misuse.to_owned()).into());
    }
    let named = || args.rules.display().to_string();
    let text = whole::text(&args.rules, RuleSet::LONGEST as u64).with_context(named)?;
    let file = fs::canonicalize(&args.rules).with_context(named)?;
    let folder = file.parent().unwrap_or(Path::new("/"));
    let rules = rules(&text, folder, lang).with_context(named)?;
    let program = map::find(lang)?;
    if let Some(out) = &args.out {
        Kept::check(out, &rules, lang)?;
    }
    let mut bar = Bar::new(lang);
    let until = Instant::now() + args.within;
    let left = || until.saturating_duration_since(Instant::now()).as_secs();
    let check = Check::new(&rules, folder, &program)
        .rows(args.rows)
        .left(&left);
    let checked = check.run(&mut |progress| bar.tell(progress));
    bar.clear();
    let Checked { report, offences } = checked
        .map_err(|error| failed(error, lang))
        .with_context(named)?;
    let hash = Tagged::new("consilium-quality/1/report").field(&serde_json::to_vec(&report)?);
    let mut found = Found {
        file: args.rules.clone(),
        whom: "owner",
        tool: TOOL,
        time: clock::now(),
        hash: hex::encode(&hash.digest()),
        report,
        issues: Vec::new(),
    };
    let kept = match &args.out {
        Some(out) => keep(&mut found, &offences, args.rows, out, lang),
        None => Ok(()),
    };
    // What was found in hours is told, even if there is no room to keep it.
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&found)?)?;
    } else {
        let mut shown = offences;
        if args.rows == ALL_ROWS {
            shown = shown
                .chunk_by(|a, b| a.rule == b.rule)
                .flat_map(|of_rule| of_rule.iter().take(FIRST_ROWS))
                .cloned()
                .collect();
        }
        say::print(&found, &shown, out, lang)?;
    }
    kept?;
    is_enough(&found.report, args.min_score, lang)
}

/// Keeps a report in a folder, with what it changes in the list of issues.
fn keep(
    found: &mut Found,
    offences: &[Offence],
    rows: u32,
    out: &Path,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut kept = Kept::open(out, lang)?;
    let changes = kept.add(found, lang)?;
    found.issues = changes.iter().map(Change::of).collect();
    let json = serde_json::to_string_pretty(found)? + "\n";
    let mut files = vec![
        ("quality.json", json),
        ("quality.html", page::html(found, &kept, lang)),
    ];
    if rows > 0 {
        files.push(("offending.csv", offending::csv(offences)?));
    }
    let left = kept.leave(&files, lang);
    if left.is_err() {
        found.issues.clear();
    }
    left
}

/// Parses rules, with the schemas beside them that they name.
fn rules(text: &str, folder: &Path, lang: Lang) -> anyhow::Result<RuleSet> {
    let days = i32::try_from(clock::now().0.div_euclid(86_400)).unwrap_or_default();
    let today = Date::at(days).context(lang.pick("the clock is wrong", "系统时钟有误"))?;
    let schema = |path: &str| {
        let text = whole::text_of_file(&folder.join(path), LONGEST_SCHEMA);
        let text = text.map_err(|error| crate::hint::said(error, lang))?;
        Schema::from_toml(&text).map_err(|error| crate::hint::said(error, lang))
    };
    let given = Given {
        today,
        schema: &schema,
    };
    let rules = RuleSet::from_toml(text, given).or_hint(lang.pick(
        "docs/guide/quality.md tells how to write a rule file",
        "规则文件的写法见 docs/guide/quality.md",
    ))?;
    Ok(rules.with_code_tables(|path| hash_of(&folder.join(path))))
}

/// The hash of a table of codes; none where it can't be read, which its rules' queries tell.
fn hash_of(path: &Path) -> Option<[u8; 32]> {
    // A pipe would be waited for.
    consilium_data::open(path).ok()?;
    let bytes = whole::bytes(path, LONGEST_CODES).ok()?;
    Some(
        Tagged::new("consilium-quality/1/code-table")
            .field(&bytes)
            .digest(),
    )
}

fn failed(error: QualityError, lang: Lang) -> anyhow::Error {
    match error {
        QualityError::Query(error) => map::failed(error, lang),
        // By itself, so that it is known by its type and said in the reader's language.
        QualityError::Rule(error) => error.into(),
        other => other.into(),
    }
}

/// How many rows of a rule are looked for.
fn shown_rows(text: &str) -> Result<u32, String> {
    if text == "all" {
        return Ok(ALL_ROWS);
    }
    let rows = text.parse().ok().filter(|rows| *rows <= MOST_ROWS);
    rows.ok_or_else(|| format!("a number from 0 to {MOST_ROWS}, or all"))
}

/// The longest that a run of rules may be given: thirty days.
const LONGEST: Duration = Duration::from_hours(720);

/// Reads a length of time; a number alone is seconds.
fn time(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map(Duration::from_secs);
    let time = seconds.or_else(|_| text.parse().map(|Period(time)| time));
    let fits = |time: &Duration| (Duration::from_secs(1)..=LONGEST).contains(time);
    let time = time.ok().filter(fits);
    time.ok_or_else(|| "a length of time from 1s to 30d, such as 30s, 10m, 2h or 1d".to_owned())
}

fn score(text: &str) -> Result<f64, String> {
    let score: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=100.0).contains(&score) {
        return Ok(score);
    }
    Err("a score is from 0 to 100".to_owned())
}

/// Fails where a total is missed, or is not that of all rules: one that was not run might have lowered it.
fn is_enough(report: &Report, least: Option<f64>, lang: Lang) -> anyhow::Result<()> {
    let not_run = report.not_run;
    if not_run > 0 {
        bail!(lang.pick(
            format!("{not_run} rules could not be run: the report is incomplete"),
            format!("{not_run} 条规则未能运行：报告不完整"),
        ));
    }
    let Some(least) = least else {
        return Ok(());
    };
    let total = report.total.map_or(0.0, |total| total.score);
    if total >= least {
        return Ok(());
    }
    // A total just below is not rounded up to the bound.
    let total = (total * 100.0).floor() / 100.0;
    bail!(lang.pick(
        format!("the total is {total:.2}, below {least}"),
        format!("总分为 {total:.2}，低于 {least}"),
    ))
}

/// What a severity is called.
pub(super) fn severity(severity: Severity, lang: Lang) -> &'static str {
    match severity {
        Severity::Minor => lang.pick("minor", "轻微"),
        Severity::Major => lang.pick("major", "重要"),
        Severity::Critical => lang.pick("critical", "严重"),
    }
}

impl Change {
    fn of(entry: &Entry) -> Change {
        Change {
            rule: entry.rule.clone(),
            state: entry.state,
            by_other_rules: entry.by_other_rules,
        }
    }
}

/// How far a check is: on a terminal a bar, else now and then a line.
struct Bar {
    drawn: ProgressBar,
    /// When a line was told last, where no bar is seen.
    told: Option<Instant>,
    lang: Lang,
}

impl Bar {
    fn new(lang: Lang) -> Bar {
        let is_seen = io::stderr().is_terminal();
        let bar = if is_seen {
            ProgressBar::new(1)
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_secs(1));
        Bar {
            drawn: bar,
            told: (!is_seen).then(Instant::now),
            lang,
        }
    }

    fn tell(&mut self, progress: Progress<'_>) {
        let Progress { done, of, table } = progress;
        self.drawn.set_length(of as u64);
        self.drawn.set_position(done as u64);
        let message = self.lang.pick("reading ", "正在读取 ").to_owned() + table;
        if self
            .told
            .is_some_and(|told| told.elapsed() >= BETWEEN_LINES)
        {
            tell(&format!("{done} / {of} {message}"));
            self.told = Some(Instant::now());
        }
        self.drawn.set_message(message);
    }

    fn clear(&self) {
        self.drawn.finish_and_clear();
    }
}
