//! How much others lack what an institution has, as its own people read it.

use consilium_plan::Lang;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    table::{align_numbers, table as new_table},
    terminal::on_one_line,
};

/// The part of an institution's own report that says what a study of scarcity has found.
#[derive(Debug, Deserialize)]
struct Found {
    surprisal: Option<Surprisal>,
    exclusive: Option<Exclusive>,
}

#[derive(Debug, Deserialize)]
struct Surprisal {
    rows: u64,
    others: f64,
    bits: f64,
    entropy: f64,
    excess: f64,
    interval: Interval,
    score: f64,
    columns: Vec<Column>,
    rarest: Vec<RareRow>,
}

#[derive(Debug, Deserialize)]
struct Column {
    name: String,
    given: Option<String>,
    bits: f64,
    excess: f64,
}

#[derive(Debug, Deserialize)]
struct RareRow {
    row: u64,
    bits: f64,
}

#[derive(Debug, Deserialize)]
struct Exclusive {
    entities: u64,
    share: f64,
    interval: Interval,
    score: f64,
}

#[derive(Debug, Deserialize)]
struct Interval {
    low: f64,
    high: f64,
}

/// How many rows are named on a terminal.
const MOST_NAMED: usize = 5;

/// Reads the part that a study of scarcity leaves; none of another study's report.
fn part(report: &str) -> serde_json::Result<Option<Value>> {
    if report.is_empty() {
        return Ok(None);
    }
    let mut report: Value = serde_json::from_str(report)?;
    Ok(report.get_mut("scarcity").map(Value::take))
}

/// Gives the file `scarcity.json`; empty where the report is of another study.
///
/// # Errors
///
/// If the report is none.
pub(crate) fn file(report: &str) -> anyhow::Result<String> {
    let Some(part) = part(report)? else {
        return Ok(String::new());
    };
    Ok(serde_json::to_string_pretty(&part)? + "\n")
}

/// Gives what people read; empty where the report is of another study.
///
/// # Errors
///
/// If the report is none.
pub(crate) fn page(report: &str, lang: Lang) -> anyhow::Result<String> {
    let Some(part) = part(report)? else {
        return Ok(String::new());
    };
    let found: Found = serde_json::from_value(part)?;
    let mut page = match &found.surprisal {
        Some(surprisal) => surprisal.page(lang),
        None => lang
            .pick(
                "The others' rows are too few to tell them from their noise: nothing is said of own rows.\n",
                "其他机构的行数过少，与噪声无法区分：对本机构的行不作判断。\n",
            )
            .to_owned(),
    };
    if let Some(exclusive) = &found.exclusive {
        page += &exclusive.line(lang);
    }
    Ok(page)
}

impl Surprisal {
    fn page(&self, lang: Lang) -> String {
        let Surprisal {
            rows,
            others,
            bits,
            entropy,
            excess,
            interval: Interval { low, high },
            score,
            ..
        } = self;
        let mut page = lang.pick(
            format!(
                "{rows} own rows against about {others:.0} of all others: a row surprises by {bits:.2} bits, \
                 one of the others' by {entropy:.2}.\nExcess {excess:.2} bits ({low:.2} to {high:.2}): score {score:.0} of 100.\n"
            ),
            format!(
                "本机构 {rows} 行，其他机构合计约 {others:.0} 行：本机构的一行意外程度为 {bits:.2} 比特，\
                 其他机构的一行为 {entropy:.2} 比特。\n多出 {excess:.2} 比特（{low:.2} 至 {high:.2}）：得分 {score:.0}（满分 100）。\n"
            ),
        );
        let mut columns = new_table();
        columns.set_header([
            lang.pick("column", "列"),
            lang.pick("expected by", "依据"),
            lang.pick("bits", "比特"),
            lang.pick("excess", "多出"),
        ]);
        for column in &self.columns {
            columns.add_row([
                on_one_line(&column.name),
                column
                    .given
                    .as_deref()
                    .map_or_else(String::new, on_one_line),
                format!("{:.2}", column.bits),
                format!("{:.2}", column.excess),
            ]);
        }
        align_numbers(&mut columns, 2..4);
        page += &columns.to_string();
        page.push('\n');
        if self.columns.len() > 1 && self.columns.iter().all(|column| column.given.is_none()) {
            page += lang.pick(
                "No column is expected by another: what they have to do with each other drowns in the noise.\n",
                "没有任何一列可由另一列推断：列与列之间的关系淹没在噪声中。\n",
            );
        }
        let rarest = self.rarest.iter().take(MOST_NAMED);
        let rarest: Vec<String> = rarest
            .map(|it| format!("{} ({:.1})", it.row + 1, it.bits))
            .collect();
        page += lang.pick(
            "Rows that surprise most (bits): ",
            "最出人意料的行（比特）：",
        );
        page + &rarest.join(lang.pick(", ", "、")) + "\n"
    }
}

impl Exclusive {
    fn line(&self, lang: Lang) -> String {
        let Exclusive {
            entities,
            share,
            interval: Interval { low, high },
            score,
        } = self;
        let [share, low, high] = [share, low, high].map(|share| 100.0 * share);
        lang.pick(
            format!(
                "Of {entities} own entities about {share:.0} % are nobody else's ({low:.0} to {high:.0} %): \
                 score {score:.0} of 100.\n"
            ),
            format!(
                "本机构的 {entities} 个实体中约 {share:.0} % 为其他机构所无（{low:.0} 至 {high:.0} %）：\
                 得分 {score:.0}（满分 100）。\n"
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"plan": "ab", "scarcity": {"format": 1, "surprisal": {
        "rows": 300, "others": 912.4, "bits": 5.5, "entropy": 4.25, "excess": 1.25,
        "interval": {"low": 1.0, "high": 1.5}, "step": "rare", "score": 57.96,
        "columns": [{"name": "age\u001b[2J", "given": null, "bits": 2.0, "excess": 0.75},
                    {"name": "sex", "given": "age", "bits": 3.5, "excess": 0.5}],
        "rarest": [{"row": 16, "bits": 14.25}]},
        "exclusive": {"entities": 280, "share": 0.31, "interval": {"low": 0.2, "high": 0.42}, "score": 31.0}}}"#;

    #[test]
    fn what_was_found_is_a_file_and_a_page_in_both_languages() {
        let file: Value = serde_json::from_str(&file(REPORT).unwrap()).unwrap();
        assert_eq!(file["surprisal"]["excess"], 1.25);
        for lang in [Lang::En, Lang::Zh] {
            let page = page(REPORT, lang).unwrap();
            for shown in ["1.25", "58", "912", "17 (14.2)", "280", "31 %"] {
                assert!(page.contains(shown), "{shown}: {page}");
            }
            assert!(!page.contains('\u{1b}'));
        }
    }

    #[test]
    fn columns_without_an_edge_are_told() {
        let alone = REPORT.replace("\"given\": \"age\"", "\"given\": null");
        for (lang, said) in [
            (Lang::En, "No column is expected"),
            (Lang::Zh, "没有任何一列"),
        ] {
            assert!(page(&alone, lang).unwrap().contains(said));
            assert!(!page(REPORT, lang).unwrap().contains(said));
        }
    }

    #[test]
    fn others_that_drown_in_noise_are_told_and_other_reports_give_nothing() {
        let few = r#"{"scarcity": {"surprisal": null, "exclusive": null}}"#;
        assert!(page(few, Lang::En).unwrap().contains("too few"));
        for report in ["", r#"{"own": null}"#] {
            assert_eq!(file(report).unwrap(), "");
            assert_eq!(page(report, Lang::En).unwrap(), "");
        }
    }
}
