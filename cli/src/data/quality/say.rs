//! What people read of a report in a terminal, and what the page says too.

use std::io::{self, Write};

use consilium_plan::Lang;
use consilium_quality::{Heading, Offence, Outcome, Report, RuleResult, Score};

use super::{Found, offending::cells, severity, shapes};
use crate::data::issues;
use crate::table;
pub(super) use crate::table::{Shown, named, percent, points};
use crate::terminal::on_one_line;

/// The most broken rules that a terminal shows.
const MOST_SHOWN: usize = 15;

pub(super) fn print(
    found: &Found,
    offences: &[Offence],
    out: &mut dyn Write,
    lang: Lang,
) -> io::Result<()> {
    let report = &found.report;
    writeln!(out, "{}", warning(lang))?;
    writeln!(out, "{}\n", lead(report, lang))?;
    table::print(headings(report, lang), 1..4, out)?;
    let broken = broken(report);
    let first = &broken[..broken.len().min(MOST_SHOWN)];
    if !first.is_empty() {
        table::print(rules(first, lang), 4..7, out)?;
    }
    if broken.len() > MOST_SHOWN {
        let more = broken.len() - MOST_SHOWN;
        let said = lang.pick(
            format!("{more} more rules are broken"),
            format!("另有 {more} 条规则未通过"),
        );
        writeln!(out, "{said}\n")?;
    }
    for offence in offences
        .iter()
        .filter(|it| first.iter().any(|rule| rule.id == it.rule))
    {
        writeln!(out, "{}", row(offence, lang))?;
    }
    let shapes = report
        .rules
        .iter()
        .filter_map(|rule| shapes::said(rule, lang));
    for line in shapes {
        writeln!(out, "{line}")?;
    }
    for line in report.rules.iter().filter_map(|rule| not_run(rule, lang)) {
        writeln!(out, "{line}")?;
    }
    for line in adjusted(report, lang)
        .into_iter()
        .chain(unused(report, lang))
    {
        writeln!(out, "{line}")?;
    }
    for change in &found.issues {
        let rule = on_one_line(&change.rule);
        let state = issues::by_rules(change.state, change.by_other_rules, lang);
        let said = lang.pick(
            format!("issue {rule}: {state}"),
            format!("问题 {rule}：{state}"),
        );
        writeln!(out, "{said}")?;
    }
    Ok(())
}

pub(super) fn warning(lang: Lang) -> &'static str {
    lang.pick(
        "For the owner's eyes: counts and rows may point at people. Nothing of this leaves the house.",
        "仅供数据所有者查看：计数和个别行可能指向个人。这些内容均不会传出本机构。",
    )
}

/// One sentence on all.
pub(super) fn lead(report: &Report, lang: Lang) -> String {
    let applied = |rule: &&RuleResult| rule.outcome == Outcome::Applied;
    let all = report.rules.iter().filter(applied).count();
    let broken = broken(report).len();
    let as_of = &report.as_of;
    let (total, interval) = scored(report.total.as_ref(), lang);
    let not_run = report.not_run;
    let incomplete = if not_run > 0 {
        lang.pick(
            "Incomplete, without the rules that could not be run: as",
            "不完整，未计入未能运行的规则：",
        )
    } else {
        lang.pick("As", "")
    };
    let said = lang.pick(
        format!(
            "{incomplete} of {as_of} the total is {total} of 100 ({interval}): {broken} of {all} rules are broken, \
             and {not_run} could not be run."
        ),
        format!(
            "{incomplete}截至 {as_of}，总分为 {total}（满分 100，{interval}）：{all} 条规则中 {broken} 条未通过，\
             {not_run} 条未能运行。"
        ),
    );
    format!("{said}{}", unchecked(report, lang))
}

/// How many rules say nothing: those that found nothing to check, and those of packs that don't apply.
fn unchecked(report: &Report, lang: Lang) -> String {
    let unbound = |it: &&RuleResult| matches!(it.outcome, Outcome::NotApplicable { .. });
    let unbound = report.rules.iter().filter(unbound).count();
    let mut said = String::new();
    if report.unchecked > 0 {
        let rules = report.rules.iter();
        let rules = rules.filter(|it| it.outcome == Outcome::Applied && it.checked == 0);
        let ids: Vec<&str> = rules.map(|it| it.id.as_str()).collect();
        let many = report.unchecked;
        said += &lang.pick(
            format!(" {many} rules had nothing to check: {}.", ids.join(", ")),
            format!("{many} 条规则没有可检查的内容：{}。", ids.join("、")),
        );
    }
    if unbound > 0 {
        said += &lang.pick(
            format!(" {unbound} rules of packs don't apply."),
            format!("规则包中 {unbound} 条规则不适用。"),
        );
    }
    said
}

pub(super) fn headings(report: &Report, lang: Lang) -> Shown {
    let header = [
        ("heading", "维度"),
        ("score", "得分"),
        ("95 % interval", "95% 区间"),
        ("rules", "规则"),
    ];
    let row = |name: &str, score: Option<&Score>, rules: String| {
        let (score, interval) = scored(score, lang);
        vec![name.to_owned(), score, interval, rules]
    };
    let mut rows: Vec<Vec<String>> = report
        .headings
        .iter()
        .map(|it| {
            row(
                heading(it.heading, lang),
                Some(&it.score),
                it.rules.to_string(),
            )
        })
        .collect();
    let total = lang.pick("total", "总分");
    rows.push(row(total, report.total.as_ref(), String::new()));
    (named(&header, lang), rows)
}

/// Rules that are broken, those first that matter most: by severity, weight and the share that fails.
pub(super) fn broken(report: &Report) -> Vec<&RuleResult> {
    let mut broken: Vec<&RuleResult> = report.rules.iter().filter(|it| it.is_broken()).collect();
    let matters = |rule: &RuleResult| rule.severity.factor() * rule.weight * share(rule);
    broken.sort_by(|a, b| matters(b).total_cmp(&matters(a)));
    broken
}

/// The share of what a rule checked that fails.
pub(super) fn share(rule: &RuleResult) -> f64 {
    rule.failed as f64 / rule.checked.max(1) as f64
}

pub(super) fn rules(rules: &[&RuleResult], lang: Lang) -> Shown {
    let header = [
        ("rule", "规则"),
        ("meaning", "含义"),
        ("heading", "维度"),
        ("severity", "严重程度"),
        ("failed", "未通过"),
        ("checked", "已检查"),
        ("share", "占比"),
    ];
    let row = |rule: &&RuleResult| {
        vec![
            on_one_line(&rule.id),
            on_one_line(lang.pick(&rule.name.en, &rule.name.zh)),
            heading(rule.heading, lang).to_owned(),
            severity(rule.severity, lang).to_owned(),
            rule.failed.to_string(),
            rule.checked.to_string(),
            percent(share(rule)),
        ]
    };
    (named(&header, lang), rules.iter().map(row).collect())
}

/// Where a row stands, and what it has.
fn row(offence: &Offence, lang: Lang) -> String {
    let file = offence.file.as_deref().unwrap_or(&offence.table);
    let (rule, row) = (&offence.rule, offence.row);
    let (key, cells) = (cells(&offence.key), cells(&offence.cells));
    let key = if key.is_empty() {
        key
    } else {
        lang.pick(format!(" ({key})"), format!("（{key}）"))
    };
    on_one_line(&lang.pick(
        format!("{rule}: {file} row {row}{key}: {cells}"),
        format!("{rule}：{file} 第 {row} 行{key}：{cells}"),
    ))
}

/// Why a rule could not be run.
pub(super) fn not_run(rule: &RuleResult, lang: Lang) -> Option<String> {
    let Outcome::NotRun { en, zh } = &rule.outcome else {
        return None;
    };
    let id = &rule.id;
    Some(on_one_line(&lang.pick(
        format!("{id} could not be run: {en}"),
        format!("{id} 未能运行：{zh}"),
    )))
}

/// A line for each rule that the file has otherwise than its pack, or that accepts failures.
pub(super) fn adjusted(report: &Report, lang: Lang) -> Vec<String> {
    let line = |rule: &RuleResult| {
        let (id, failed, checked) = (&rule.id, rule.failed, rule.checked);
        let accepts = (rule.tolerate > 0.0).then(|| {
            let share = percent(rule.tolerate);
            lang.pick(
                format!("accepts that {share} fail ({failed} of {checked} do)"),
                format!("允许 {share} 未通过（现为 {checked} 中的 {failed}）"),
            )
        });
        let reason = rule.adjusted.as_ref().map(|reason| match rule.outcome {
            Outcome::Off => lang.pick(
                format!("is switched off: {reason}"),
                format!("已停用：{reason}"),
            ),
            _ => lang.pick(
                format!("is adjusted: {reason}"),
                format!("已调整：{reason}"),
            ),
        });
        let said: Vec<String> = reason.into_iter().chain(accepts).collect();
        (!said.is_empty()).then(|| {
            let said = said.join(lang.pick("; ", "；"));
            on_one_line(&format!("{id} {said}"))
        })
    };
    report.rules.iter().filter_map(line).collect()
}

/// Names that are bound and that nothing uses: slips, most often.
pub(super) fn unused(report: &Report, lang: Lang) -> Option<String> {
    let names: Vec<String> = report.unused.iter().map(|it| on_one_line(it)).collect();
    let names = names.join(lang.pick(", ", "、"));
    (!report.unused.is_empty()).then(|| {
        lang.pick(
            format!("bound in columns, and used by no rule: {names}"),
            format!("columns 中绑定但没有规则使用的名称：{names}"),
        )
    })
}

pub(super) fn heading(heading: Heading, lang: Lang) -> &'static str {
    lang.pick(heading.name(), heading.in_chinese())
}

/// A score and its interval.
pub(super) fn scored(score: Option<&Score>, lang: Lang) -> (String, String) {
    let Some(Score { score, low, high }) = score else {
        return ("–".to_owned(), "–".to_owned());
    };
    let to = lang.pick("to", "至");
    let interval = format!("{} {to} {}", points(*low), points(*high));
    (points(*score), interval)
}
