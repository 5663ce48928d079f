//! `consilium data issues`: rules that are broken, until they are not.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use consilium_plan::Lang;
use consilium_quality::Report;
use consilium_schema::{MOST_NAME, is_plain};
use serde_json::json;

use super::quality::kept::Kept;
use crate::{
    clock,
    hint::{Hinted, Misuse},
    table::{align_numbers, table},
    terminal::{on_one_line, tell},
};

pub(super) mod state;

use state::{Entry, Issue, State, issues};

/// The most characters of a note.
const LONGEST_NOTE: usize = 1000;

#[derive(Debug, Subcommand)]
pub(super) enum Issues {
    /// List what is open
    #[command(after_help = "\
Examples:
  consilium data issues list quality
  consilium data issues list quality --all --json")]
    List {
        /// The folder that `consilium data quality --out` keeps
        folder: PathBuf,
        /// Those too that are accepted or closed
        #[arg(long)]
        all: bool,
        /// Print one line of JSON for each
        #[arg(long)]
        json: bool,
    },
    /// Say that who can repair the rows has been told
    #[command(after_help = "\
Example:
  consilium data issues notify quality stay-order --by Wang --note ward-3")]
    Notify(Step),
    /// Say that the rows are repaired; the next `consilium data quality` closes or reopens it
    #[command(after_help = "\
Example:
  consilium data issues repaired quality stay-order --by Li")]
    Repaired(Step),
    /// Say why the rows stay as they are; they count in scores all the same
    #[command(after_help = "\
Example:
  consilium data issues accept quality total-plausible --by Wang --note transplant")]
    Accept {
        #[command(flatten)]
        step: Step,
        /// How many rows may fail before a check opens it again; default: as many as fail now
        #[arg(long, value_name = "N")]
        most: Option<u64>,
    },
    /// Say that there is nothing to do, as where the rule is gone
    #[command(after_help = "\
Example:
  consilium data issues close quality old-rule --by Wang --note wrong-rule")]
    Close(Step),
}

#[derive(Debug, Args)]
pub(super) struct Step {
    /// The folder that `consilium data quality --out` keeps
    folder: PathBuf,
    /// The rule's id
    rule: String,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    by: String,
    /// What others should know of it; to accept and to close, why
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Issues, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match args {
        Issues::List { folder, all, json } => list(folder, *all, *json, out, lang),
        Issues::Notify(step) => advance(step, State::Notified, None, out, lang),
        Issues::Repaired(step) => advance(step, State::Repaired, None, out, lang),
        Issues::Accept { step, most } => advance(step, State::Accepted, *most, out, lang),
        Issues::Close(step) => advance(step, State::Closed, None, out, lang),
    }
}

fn list(
    folder: &Path,
    all: bool,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let (report, entries) = Kept::read(folder, lang)?;
    let issues = issues(&entries);
    let shown: Vec<&Issue> = issues.values().filter(|it| all || it.open).collect();
    if json {
        for issue in &shown {
            writeln!(out, "{}", issue.line())?;
        }
        return Ok(());
    }
    if shown.is_empty() {
        tell(if all {
            lang.pick("there are no issues", "没有任何问题")
        } else {
            lang.pick("no issue is open", "没有待处理的问题")
        });
        return Ok(());
    }
    let (header, rows) = rows(&shown, &report, lang);
    let mut table = table();
    table.set_header(header);
    table.add_rows(rows);
    align_numbers(&mut table, 4..5);
    Ok(writeln!(out, "{table}")?)
}

/// What a state is called, and whether it may be the rule that has changed, and not the rows.
pub(super) fn by_rules(state: State, by_other_rules: bool, lang: Lang) -> String {
    let name = state.name(lang);
    if !by_other_rules {
        return name.to_owned();
    }
    lang.pick(
        format!("{name} (the rules have changed)"),
        format!("{name}（规则已变更）"),
    )
}

/// Issues as rows under a header, the most severe rules first.
pub(super) fn rows(
    issues: &[&Issue],
    report: &Report,
    lang: Lang,
) -> (Vec<String>, Vec<Vec<String>>) {
    let header = [
        ("rule", "规则"),
        ("meaning", "含义"),
        ("severity", "严重程度"),
        ("state", "状态"),
        ("failed", "未通过"),
        ("since", "起始时间"),
        ("by", "经手人"),
        ("note", "说明"),
    ];
    let of = |issue: &Issue| report.rules.iter().find(|it| it.id == issue.last.rule);
    let mut sorted = issues.to_vec();
    sorted.sort_by_key(|issue| std::cmp::Reverse(of(issue).map(|it| it.severity)));
    let row = |issue: &Issue| {
        let Entry {
            rule,
            state,
            by,
            note,
            checked,
            failed,
            by_other_rules,
            ..
        } = &issue.last;
        let (meaning, severity) = if let Some(rule) = of(issue) {
            (
                lang.pick(&rule.name.en, &rule.name.zh).clone(),
                super::quality::severity(rule.severity, lang).to_owned(),
            )
        } else {
            let gone = lang.pick("not among the rules any more", "规则已不存在");
            (gone.to_owned(), String::new())
        };
        vec![
            on_one_line(rule),
            on_one_line(&meaning),
            severity,
            by_rules(*state, *by_other_rules, lang),
            format!("{failed} / {checked}"),
            issue.since.to_string(),
            on_one_line(by.as_deref().unwrap_or_default()),
            on_one_line(note.as_deref().unwrap_or_default()),
        ]
    };
    let header = header.map(|(en, zh)| lang.pick(en, zh).to_owned());
    (header.to_vec(), sorted.into_iter().map(row).collect())
}

fn advance(
    step: &Step,
    next: State,
    most: Option<u64>,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    check(step, next, lang)?;
    let mut kept = Kept::existing(&step.folder, lang)?;
    let issues = issues(kept.issues.entries());
    let Some(issue) = issues.get(step.rule.as_str()) else {
        let none = lang.pick(
            format!("there is no issue of a rule {:?}", step.rule),
            format!("没有规则 {:?} 的问题", step.rule),
        );
        return Err(hinted(
            none,
            lang.pick(
                "`consilium data issues list FOLDER --all` lists them",
                "`consilium data issues list 文件夹 --all` 可列出全部问题",
            ),
        ));
    };
    let now = issue.last.state;
    if !now.may_become(next) {
        let (before, after) = (now.name(lang), next.name(lang));
        let refused = lang.pick(
            format!("the issue is {before}: it can't become {after}"),
            format!("该问题处于“{before}”状态，不能变为“{after}”"),
        );
        return Err(hinted(refused, way_out(now, lang)));
    }
    let entry = Entry {
        time: clock::now(),
        state: next,
        by: Some(step.by.clone()),
        note: step.note.clone(),
        most: (next == State::Accepted).then(|| most.unwrap_or(issue.last.failed)),
        by_other_rules: false,
        ..issue.last.clone()
    };
    kept.hold_clock(entry.time, lang);
    kept.issues.add(vec![entry])?;
    kept.issues.commit(lang)?;
    if step.json {
        let after = state::issues(kept.issues.entries());
        let line = after.get(step.rule.as_str()).map(Issue::line);
        return Ok(writeln!(out, "{}", json!(line))?);
    }
    let (rule, state) = (&step.rule, next.name(lang));
    tell(&lang.pick(format!("{rule}: {state}"), format!("{rule}：{state}")));
    Ok(())
}

/// What can be done about an issue that can't become what was said.
fn way_out(now: State, lang: Lang) -> &'static str {
    match now {
        State::Closed => lang.pick(
            "a check that finds its rows again opens it",
            "再次检查若又发现问题行，会自动重新打开",
        ),
        State::Accepted => lang.pick(
            "close it: a check that finds its rows then opens it again",
            "请先关闭；若之后检查又发现问题行，会重新打开",
        ),
        State::Repaired => lang.pick(
            "`consilium data quality RULES --out FOLDER` closes or reopens it",
            "`consilium data quality 规则文件 --out 文件夹` 会关闭或重新打开它",
        ),
        State::Found | State::Notified | State::Reopened => lang.pick(
            "`consilium data issues list FOLDER` tells its state",
            "`consilium data issues list 文件夹` 可查看其状态",
        ),
    }
}

/// Refuses names and notes that others could not read.
fn check(step: &Step, next: State, lang: Lang) -> anyhow::Result<()> {
    if !is_plain(&step.by, MOST_NAME) {
        let misuse = lang.pick(
            "--by is empty, too long, or has blanks at its ends or characters that are not seen",
            "--by 为空、过长、首尾有空白，或含不可见字符",
        );
        return Err(Misuse(misuse.to_owned()).into());
    }
    let needs_note = matches!(next, State::Accepted | State::Closed);
    match &step.note {
        None if needs_note => {
            let misuse = lang.pick("say why with --note", "请用 --note 说明原因");
            Err(Misuse(misuse.to_owned()).into())
        }
        Some(note) if !is_plain(note, LONGEST_NOTE) => {
            let misuse = lang.pick(
                "--note is empty, has more than 1000 characters, blanks at its ends or characters that are not seen",
                "--note 为空、超过 1000 个字符、首尾有空白，或含不可见字符",
            );
            Err(Misuse(misuse.to_owned()).into())
        }
        _ => Ok(()),
    }
}

fn hinted(said: String, hint: &str) -> anyhow::Error {
    Hinted {
        error: anyhow::anyhow!(said),
        hint: hint.to_owned(),
    }
    .into()
}
