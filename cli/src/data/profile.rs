use std::io::Write;

use comfy_table::{Table, presets};
use consilium_schema::{ColumnProfile, NumberSummary, Summary};
use serde_json::json;

use super::{Source, failed, say};
use crate::terminal::on_one_line;
use consilium_plan::Lang;

/// Profiles a file that can be read in full.
pub(super) fn run(source: &Source, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let loaded = source
        .schema(lang)?
        .and_then(|schema| source.load(&schema, 20))
        .map_err(|error| failed(&error, lang))?;
    let profile = consilium_data::profile(&loaded.table);
    if source.json {
        let line = json!({
            "file": source.file,
            "for": "owner",
            "report": loaded.report,
            "profile": profile,
        });
        return Ok(writeln!(out, "{line}")?);
    }
    let warning = lang.pick(
        "For the owner's eyes: extremes, quantiles and rare levels are values of single rows.",
        "仅供数据所有者查看：极值、分位数和少见取值均来自个别行。",
    );
    writeln!(out, "{warning}")?;
    writeln!(out, "{}", say::schema(source.schema.as_deref(), lang))?;
    writeln!(out, "{}", say::counts(&loaded.report.counts, lang))?;
    for note in &loaded.report.notes {
        writeln!(out, "{}", say::note(note, lang))?;
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header([
        lang.pick("column", "列"),
        lang.pick("type", "类型"),
        lang.pick("missing", "缺失"),
        lang.pick("distinct", "不同值"),
        lang.pick("what the values look like", "取值概况"),
    ]);
    say::align_right(&mut table, 2..4);
    for column in &profile.columns {
        let more = if column.distinct.capped { "+" } else { "" };
        table.add_row([
            name(column),
            column.kind.clone(),
            column.missing.to_string(),
            format!("{}{more}", column.distinct.values),
            summary(&column.summary, lang),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}

fn name(column: &ColumnProfile) -> String {
    let name = on_one_line(&column.name);
    column
        .unit
        .as_ref()
        .map_or(name.clone(), |unit| format!("{name} [{unit}]"))
}

fn summary(summary: &Summary, lang: Lang) -> String {
    match summary {
        Summary::Nothing => lang.pick("no value", "无值").to_owned(),
        Summary::Numbers(numbers) => number_summary(numbers, lang),
        Summary::Levels { top, others } => {
            let mut lines: Vec<String> = top
                .iter()
                .map(|level| format!("{}: {}", on_one_line(&level.level), level.rows))
                .collect();
            if others.0 > 0 {
                lines.push(format!("{}: {others}", lang.pick("all others", "其余")));
            }
            lines.join("\n")
        }
        Summary::Dates { first, last } => format!("{first} … {last}"),
        Summary::Text(lengths) => {
            let unit = lang.pick("characters", "个字符");
            format!("{}–{} {unit}", lengths.shortest, lengths.longest)
        }
    }
}

fn number_summary(numbers: &NumberSummary, lang: Lang) -> String {
    let spread = numbers.sd.map_or("–".to_owned(), short);
    let quantiles: Vec<String> = numbers
        .quantiles
        .iter()
        .filter(|quantile| (0.05..=0.95).contains(&quantile.share))
        .map(|quantile| {
            format!(
                "{}% {}",
                (100.0 * quantile.share).round(),
                short(quantile.value)
            )
        })
        .collect();
    format!(
        "{} … {}, {} {}, {} {spread}\n{}",
        short(numbers.min),
        short(numbers.max),
        lang.pick("mean", "均值"),
        short(numbers.mean),
        lang.pick("sd", "标准差"),
        quantiles.join("  "),
    )
}

/// Five significant digits, for tables; JSON has them all.
fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let rounded: f64 = format!("{value:.4e}").parse().unwrap_or(value);
    if (1e-4..1e9).contains(&rounded.abs()) {
        rounded.to_string()
    } else {
        format!("{rounded:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (-1.5, "-1.5"),
            (1.0 / 3.0, "0.33333"),
            (123_456.7, "123460"),
            (1.2e-9, "1.2e-9"),
            (3e12, "3e12"),
        ];
        for (value, expected) in cases {
            assert_eq!(short(value), expected);
        }
    }
}
