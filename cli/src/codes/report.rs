//! `consilium codes report`.

use std::{io::Write, path::PathBuf};

use anyhow::Context as _;
use clap::Args;
use consilium_codes::{Coverage, CoverageReport, Day, Mapping, Validity, Weight};
use consilium_plan::Lang;
use serde_json::json;

use super::{columns, form, read_map, read_table};
use crate::{
    hint::Misuse,
    table::{align_numbers, table},
    terminal::printable,
};

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// A CSV file of this institution's rows, plain or gzip
    #[arg(long, value_name = "FILE")]
    codes: PathBuf,
    /// The column of codes; may be given again, a row counts once for each code
    #[arg(long, required = true, value_name = "NAME")]
    column: Vec<String>,
    /// The system that the codes are of
    #[arg(long)]
    system: String,
    /// The column of money
    #[arg(long, value_name = "NAME")]
    money: Option<String>,
    /// The column of days, as 2026-01-31 or 20260131
    #[arg(long, value_name = "NAME")]
    date: Option<String>,
    /// The map whose coverage is looked at
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// The table against which codes are held on the day of their row
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// How many of the codes that want attention are named
    #[arg(long, default_value_t = 20, value_name = "N")]
    most: usize,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ReportArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if args.map.is_none() && args.table.is_none() {
        let text = lang.pick(
            "give --map, --table, or both",
            "请给出 --map 或 --table，或两者",
        );
        return Err(Misuse(text.to_owned()).into());
    }
    let form = form(&args.system, lang)?;
    let map = args
        .map
        .as_ref()
        .map(|path| read_map(path, lang))
        .transpose()?;
    let codes = args
        .table
        .as_ref()
        .map(|path| read_table(path, lang))
        .transpose()?;
    let of = |system: &str| system == args.system;
    if !map.as_ref().is_none_or(|map| of(&map.head().from.system))
        || !codes.as_ref().is_none_or(|table| of(&table.head().system))
    {
        let text = lang.pick(
            "the map or the table is of another system",
            "映射表或编码表属于其他编码体系",
        );
        return Err(Misuse(text.to_owned()).into());
    }
    let mut coverage = Coverage::new(form, map.as_ref(), codes.as_ref());
    let mut names: Vec<&str> = args.column.iter().map(String::as_str).collect();
    names.extend(args.money.as_deref());
    names.extend(args.date.as_deref());
    let mut bad = Unread::default();
    let take = |cells: &[&str]| {
        let (codes, rest) = cells.split_at(args.column.len());
        let mut rest = rest.iter();
        let money = args
            .money
            .as_ref()
            .and_then(|_| rest.next())
            .map_or(0.0, |text| bad.money(text));
        let day = args
            .date
            .as_ref()
            .and_then(|_| rest.next())
            .and_then(|text| bad.day(text));
        for code in codes {
            coverage.push(code, day, money);
        }
        Ok(())
    };
    columns::rows(&args.codes, &names, take, lang)?;
    let report = coverage.report(args.most);
    if args.json {
        let mut line = serde_json::to_value(&report)?;
        line["file"] = json!(args.codes);
        line["unread"] = json!({ "money": bad.money, "days": bad.days });
        return Ok(writeln!(out, "{line}")?);
    }
    print(&report, &bad, out, lang).context("printing the report")
}

/// Cells that could not be read: money counts as none, days as not given.
#[derive(Default)]
struct Unread {
    money: u64,
    days: u64,
}

impl Unread {
    fn money(&mut self, text: &str) -> f64 {
        let number: Option<f64> = text.replace(',', "").parse().ok();
        let number = number.filter(|number| number.is_finite());
        self.money += u64::from(number.is_none() && !text.is_empty());
        number.unwrap_or_default()
    }

    fn day(&mut self, text: &str) -> Option<Day> {
        let day = text.parse().ok();
        self.days += u64::from(day.is_none());
        day
    }
}

fn print(
    report: &CoverageReport,
    bad: &Unread,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut shares = table();
    shares.set_header([
        lang.pick("share of", "占比"),
        lang.pick("codes", "编码"),
        lang.pick("rows", "行"),
        lang.pick("money", "金额"),
    ]);
    let total = report.total;
    let mut line = |name: String, weight: &Weight| {
        let share = |part: f64, all: f64| {
            if all > 0.0 {
                format!("{:.2} %", 100.0 * part / all)
            } else {
                "–".to_owned()
            }
        };
        shares.add_row([
            name,
            format!(
                "{} ({})",
                weight.codes,
                share(weight.codes as f64, total.codes as f64)
            ),
            format!(
                "{} ({})",
                weight.rows,
                share(weight.rows as f64, total.rows as f64)
            ),
            format!("{:.2} ({})", weight.money, share(weight.money, total.money)),
        ]);
    };
    line(lang.pick("all", "全部").to_owned(), &total);
    for (reason, weight) in &report.unclear {
        line(
            lang.pick(
                format!("no code: {reason}"),
                format!("不成编码：{}", unclear(reason)),
            ),
            weight,
        );
    }
    for (kind, weight) in &report.mapping {
        line(mapping(*kind, lang).to_owned(), weight);
    }
    for (ways, weight) in &report.ways {
        line(
            lang.pick(format!("  {ways} ways"), format!("  {ways} 种可能")),
            weight,
        );
    }
    for (kind, weight) in &report.validity {
        line(validity(*kind, lang).to_owned(), weight);
    }
    align_numbers(&mut shares, 1..4);
    writeln!(out, "{shares}")?;
    let empty = report.empty_rows;
    writeln!(
        out,
        "{}",
        lang.pick(
            format!("cells without a code: {empty}"),
            format!("空编码单元格：{empty}")
        )
    )?;
    if bad.money + bad.days > 0 {
        let (money, days) = (bad.money, bad.days);
        let text = lang.pick(
            format!("cells that could not be read: money {money}, days {days}"),
            format!("无法读取的单元格：金额 {money}，日期 {days}"),
        );
        writeln!(out, "{text}")?;
    }
    offenders(report, out, lang)
}

fn offenders(report: &CoverageReport, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if report.offenders.is_empty() {
        return Ok(());
    }
    let mut worst = table();
    worst.set_header([
        lang.pick("code", "编码"),
        lang.pick("why", "原因"),
        lang.pick("rows", "行"),
        lang.pick("money", "金额"),
    ]);
    for it in &report.offenders {
        let mut why = Vec::new();
        why.extend(
            it.unclear
                .map(|reason| lang.pick(reason.name(), unclear(reason.name())).to_owned()),
        );
        if let Some(kind) = it.mapping.filter(|kind| *kind != Mapping::Exact) {
            let ways = if it.ways > 1 {
                format!(" ({})", it.ways)
            } else {
                String::new()
            };
            why.push(format!("{}{ways}", mapping(kind, lang)));
        }
        let kind = it.validity.filter(|kind| *kind != Validity::Valid);
        why.extend(kind.map(|kind| validity(kind, lang).to_owned()));
        let (rows, money) = (
            it.weight.rows.to_string(),
            format!("{:.2}", it.weight.money),
        );
        worst.add_row([
            printable(&it.code),
            why.join(lang.pick("; ", "；")),
            rows,
            money,
        ]);
    }
    align_numbers(&mut worst, 2..4);
    Ok(writeln!(out, "{worst}")?)
}

fn unclear(reason: &str) -> &'static str {
    match reason {
        "leading-zeros" => "前导零可能已丢失",
        "exponent" => "科学计数法",
        _ => "形式不符",
    }
}

fn mapping(kind: Mapping, lang: Lang) -> &'static str {
    match kind {
        Mapping::Exact => lang.pick("mapped exactly", "精确对应"),
        Mapping::Approximate => lang.pick("mapped approximately", "近似对应"),
        Mapping::Combination => lang.pick("mapped to several together", "需多码组合"),
        Mapping::Ambiguous => lang.pick("ambiguous", "多种可能"),
        Mapping::NoMap => lang.pick("expressly without target", "明确无对应"),
        Mapping::Absent => lang.pick("not in the map", "映射表中没有"),
    }
}

fn validity(kind: Validity, lang: Lang) -> &'static str {
    match kind {
        Validity::Valid => lang.pick("valid on the day", "当日有效"),
        Validity::Unknown => lang.pick("not in the table", "编码表中没有"),
        Validity::NotYet => lang.pick("not yet valid on the day", "当日尚未生效"),
        Validity::Stopped => lang.pick("stopped on the day", "当日已停用"),
    }
}
