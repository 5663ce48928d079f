//! Statistics over the rows of several institutions, as people read them.

mod comparison;

use std::fmt::Write as _;

use comfy_table::Table;
use consilium_plan::Lang;
use consilium_statistics::{ColumnFindings, Correlation, Findings, Interval, Numbers, Place};

use crate::table::{align_numbers, table};

pub(crate) use comparison::{Own, print as print_comparison};

/// The most named values of one column, and the most pairs of columns, that are shown.
const MOST_SHOWN: usize = 12;
/// Correlations that are weaker are not worth a line.
const WEAKEST: f64 = 0.2;

/// Gives the statistics in tables, each under its heading.
pub(crate) fn page(found: &Findings, lang: Lang) -> String {
    let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
    let rows = count(found.rows);
    let of = found.contributors.len();
    let mut page = lang.pick(
        format!("{rows} rows of {of} institutions\n"),
        format!("{of} 家机构共 {rows} 行\n"),
    );
    let mut add = |heading: &str, table: Option<Table>| {
        if let Some(table) = table {
            writeln!(page, "\n{heading}\n{table}").expect("a string takes all");
        }
    };
    add(say("Numbers", "数值列"), numbers(found, lang));
    add(say("Values", "取值"), values(found, lang));
    add(
        say("Information by the label", "与标签的关联"),
        evidence(found, lang),
    );
    add(say("Periods", "时期"), periods(found, lang));
    add(
        say("From period to period", "时期之间"),
        stability(found, lang),
    );
    add(
        say("Correlations", "相关"),
        correlations(&found.correlations, lang),
    );
    add(
        say("Variance inflation", "方差膨胀"),
        inflation(found, lang),
    );
    if found.columns.iter().any(|column| column.incomplete) {
        let note = say(
            "* more values are frequent than the plan made room for: some may be missing",
            "* 频繁取值多于方案所留的余地：可能有缺漏",
        );
        writeln!(page, "{note}").expect("a string takes all");
    }
    page
}

fn numbers(found: &Findings, lang: Lang) -> Option<Table> {
    let first = found.columns.iter().find_map(|it| it.numbers.as_ref())?;
    let mut page = table();
    let say = |en: &'static str, zh: &'static str| lang.pick(en, zh).to_owned();
    let minimum = found.minimum_cell;
    let rows = |side: &str| {
        lang.pick(
            format!("{minimum} rows {side}"),
            format!("{minimum} 行 {side}"),
        )
    };
    let shares = first
        .quantiles
        .iter()
        .map(|it| format!("{} %", short(it.share * 100.0)));
    let header = [
        say("column", "列"),
        say("missing", "缺失"),
        say("mean", "均值"),
    ];
    let header = header
        .into_iter()
        .chain([say("deviation", "标准差"), rows("≤")]);
    page.set_header(header.chain(shares).chain([rows("≥")]));
    for column in &found.columns {
        let Some(numbers) = &column.numbers else {
            continue;
        };
        let bound = |bound: Option<f64>| bound.map_or_else(|| HELD_BACK.to_owned(), short);
        let [mean, deviation] = moments(numbers);
        let line = [
            column.name.clone(),
            count(column.missing),
            mean,
            deviation,
            bound(numbers.at_or_below),
        ];
        let quantiles = numbers.quantiles.iter().map(|it| interval(&it.within));
        page.add_row(
            line.into_iter()
                .chain(quantiles)
                .chain([bound(numbers.at_or_above)]),
        );
    }
    align_numbers(&mut page, 1..6 + first.quantiles.len());
    Some(page)
}

fn values(found: &Findings, lang: Lang) -> Option<Table> {
    let mut page = table();
    page.set_header([
        lang.pick("column", "列"),
        lang.pick("value", "取值"),
        lang.pick("rows", "行数"),
    ]);
    let mut is_empty = true;
    for column in found.columns.iter().filter(|it| it.numbers.is_none()) {
        let mark = if column.incomplete { " *" } else { "" };
        for (value, rows) in levels(column, lang) {
            page.add_row([format!("{}{mark}", column.name), value, count(rows)]);
            is_empty = false;
        }
    }
    align_numbers(&mut page, 2..3);
    (!is_empty).then_some(page)
}

/// Gives the values of a column with their rows, the most frequent of an open vocabulary first.
fn levels(column: &ColumnFindings, lang: Lang) -> Vec<(String, Option<u64>)> {
    let mut named: Vec<(String, Option<u64>)> = column
        .cells
        .iter()
        .filter_map(|cell| match &cell.of {
            Place::Boolean(yes) => Some((
                lang.pick(yes_no(*yes), yes_no_zh(*yes)).to_owned(),
                cell.rows,
            )),
            Place::Level(name) => Some((name.clone(), cell.rows)),
            Place::Interval(_) => None,
        })
        .collect();
    let further = named.len().saturating_sub(MOST_SHOWN);
    if further > 0 {
        named.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        // One that is held back hides what all of them have together.
        let rest = named.drain(MOST_SHOWN..).map(|(_, rows)| rows).sum();
        let line = lang.pick(
            format!("({further} further values)"),
            format!("（另有 {further} 个取值）"),
        );
        named.push((line, rest));
    }
    if column.others.is_some_and(|rows| rows > 0) {
        let line = lang.pick("(values not named)", "（未列名的取值）");
        named.push((line.to_owned(), column.others));
    }
    if column.outside.is_some_and(|rows| rows > 0) {
        named.push((
            lang.pick("(outside)", "（范围外）").to_owned(),
            column.outside,
        ));
    }
    named.push((
        lang.pick("(missing)", "（缺失）").to_owned(),
        column.missing,
    ));
    named
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn yes_no_zh(yes: bool) -> &'static str {
    if yes { "是" } else { "否" }
}

fn evidence(found: &Findings, lang: Lang) -> Option<Table> {
    let told = |column: &'_ ColumnFindings| {
        let evidence = column.evidence.as_ref()?;
        Some((
            column.name.clone(),
            evidence.information_value,
            evidence.bins.len(),
        ))
    };
    let mut all: Vec<(String, f64, usize)> = found.columns.iter().filter_map(told).collect();
    all.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut page = table();
    page.set_header([
        lang.pick("column", "列"),
        lang.pick("information value", "信息值"),
        lang.pick("bins", "分箱数"),
    ]);
    for (name, value, bins) in &all {
        page.add_row([name.clone(), format!("{value:.4}"), bins.to_string()]);
    }
    align_numbers(&mut page, 1..3);
    (!all.is_empty()).then_some(page)
}

fn periods(found: &Findings, lang: Lang) -> Option<Table> {
    let mut page = table();
    page.set_header([lang.pick("period", "时期"), lang.pick("rows", "行数")]);
    for period in &found.periods {
        page.add_row([period.name.clone(), count(period.rows)]);
    }
    align_numbers(&mut page, 1..2);
    (!found.periods.is_empty()).then_some(page)
}

fn stability(found: &Findings, lang: Lang) -> Option<Table> {
    let name = |place: usize| found.periods.get(place).map_or("?", |period| &period.name);
    let mut page = table();
    page.set_header([
        lang.pick("column", "列"),
        lang.pick("periods", "时期"),
        lang.pick("stability index", "稳定性指数"),
    ]);
    let mut is_empty = true;
    for column in &found.columns {
        for moved in &column.stability {
            let periods = format!("{} → {}", name(moved.from), name(moved.to));
            page.add_row([column.name.clone(), periods, format!("{:.4}", moved.index)]);
            is_empty = false;
        }
    }
    align_numbers(&mut page, 2..3);
    (!is_empty).then_some(page)
}

/// Gives the strongest correlations.
fn correlations(all: &[Correlation], lang: Lang) -> Option<Table> {
    let mut strong: Vec<&Correlation> = all.iter().filter(|it| it.r.abs() >= WEAKEST).collect();
    strong.sort_by(|one, other| other.r.abs().total_cmp(&one.r.abs()));
    strong.truncate(MOST_SHOWN);
    let mut page = table();
    page.set_header([lang.pick("column", "列"), lang.pick("column", "列"), "r"]);
    for pair in &strong {
        page.add_row([
            pair.one.clone(),
            pair.other.clone(),
            format!("{:.3}", pair.r),
        ]);
    }
    align_numbers(&mut page, 2..3);
    (!strong.is_empty()).then_some(page)
}

fn inflation(found: &Findings, lang: Lang) -> Option<Table> {
    let mut page = table();
    page.set_header([lang.pick("column", "列"), "VIF"]);
    for (name, factor) in &found.vif {
        let infinite = || {
            lang.pick("follows from others", "可由其他列推出")
                .to_owned()
        };
        let factor = factor.map_or_else(infinite, |factor| format!("{factor:.3}"));
        page.add_row([name.clone(), factor]);
    }
    align_numbers(&mut page, 1..2);
    (!found.vif.is_empty()).then_some(page)
}

/// What stands for a number that is held back.
const HELD_BACK: &str = "–";

fn count(rows: Option<u64>) -> String {
    rows.map_or_else(|| HELD_BACK.to_owned(), |rows| rows.to_string())
}

/// Writes mean and deviation, with how far they may be off where they are approximate.
pub(crate) fn moments(numbers: &Numbers) -> [String; 2] {
    let deviation = numbers.variance.sqrt();
    let both = [
        (numbers.mean, numbers.mean_error),
        (deviation, numbers.deviation_error),
    ];
    both.map(|(value, error)| {
        if numbers.is_approximate {
            format!("≈ {} ± {}", short(value), short(error))
        } else {
            short(value)
        }
    })
}

/// Writes an interval, or a number where it is one.
pub(crate) fn interval(within: &Interval) -> String {
    if within.from.to_bits() == within.to.to_bits() {
        return short(within.from);
    }
    format!("{}…{}", short(within.from), short(within.to))
}

/// Writes a number to four significant places.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && size < 0.001 {
        return format!("{value:.3e}");
    }
    let places = match size {
        large if large >= 1000.0 => 0,
        large if large >= 100.0 => 1,
        large if large >= 10.0 => 2,
        large if large >= 1.0 => 3,
        _ => 4,
    };
    let text = format!("{value:.places$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text[..]
    };
    if text == "-0" { "0" } else { text }.to_owned()
}

#[cfg(test)]
mod tests;
