//! Which codes of other institutions a list lacks, as tables.

use std::collections::BTreeMap;

use consilium_plan::Lang;
use serde::Deserialize;

use crate::{
    table::{align_numbers, table as new_table},
    terminal::on_one_line,
};

/// The part of an institution's own report that says what a check of codes has found.
#[derive(Debug, Deserialize)]
pub(crate) struct Found {
    /// What the list lacks, by the institution that told it.
    told: BTreeMap<String, Told>,
    /// The own codes, where the institution uses some.
    #[serde(default)]
    own: Option<LookedUp>,
}

#[derive(Debug, Deserialize)]
struct Told {
    missing: BTreeMap<String, Band>,
    rows: Band,
    rare: Band,
    unclear: Band,
}

#[derive(Debug, Deserialize)]
struct LookedUp {
    compared: Count,
    listed: Count,
}

#[derive(Debug, Deserialize)]
struct Count {
    codes: u64,
    rows: u64,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Band {
    least: u64,
    most: u64,
}

/// How many missing codes are shown on a terminal.
const MOST_SHOWN: usize = 20;

/// Reads what a check of codes has found; none of another study's report.
fn found(report: &str) -> serde_json::Result<Option<Found>> {
    if report.is_empty() {
        return Ok(None);
    }
    let report: serde_json::Value = serde_json::from_str(report)?;
    if report.get("told").is_none() {
        return Ok(None);
    }
    serde_json::from_value(report).map(Some)
}

/// Gives the file `missing-codes.csv`; empty where the report is of another study.
///
/// # Errors
///
/// If the report is none.
pub(crate) fn table(report: &str) -> anyhow::Result<String> {
    let Some(found) = found(report)? else {
        return Ok(String::new());
    };
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(["code", "party", "least_rows", "most_rows"])?;
    for (party, told) in &found.told {
        for (code, band) in &told.missing {
            let [least, most] = [band.least, band.most].map(|rows| rows.to_string());
            file.write_record([code.as_str(), party, &least, &most])?;
        }
    }
    Ok(String::from_utf8(file.into_inner()?)?)
}

/// Gives what people read; empty where the report is of another study.
///
/// # Errors
///
/// If the report is none.
pub(crate) fn page(report: &str, lang: Lang) -> anyhow::Result<String> {
    let Some(found) = found(report)? else {
        return Ok(String::new());
    };
    let mut page = String::new();
    if let Some(own) = &found.own {
        let [compared, listed] = [&own.compared, &own.listed];
        page += &lang.pick(
            format!(
                "Of {} own codes in {} rows that were compared, the list has {} in {} rows.\n",
                compared.codes, compared.rows, listed.codes, listed.rows
            ),
            format!(
                "已比较的本机构编码 {} 个（{} 行），其中 {} 个（{} 行）在清单内。\n",
                compared.codes, compared.rows, listed.codes, listed.rows
            ),
        );
    }
    let mut sums = new_table();
    sums.set_header([
        lang.pick("party", "参与方"),
        lang.pick("codes missing", "缺失编码"),
        lang.pick("rows with a code", "有编码的行"),
        lang.pick("rows not compared", "未比较的行"),
        lang.pick("rows with no code", "非编码的行"),
    ]);
    let mut all = Vec::new();
    for (party, told) in &found.told {
        let missing = told.missing.len().to_string();
        let bands = [told.rows, told.rare, told.unclear].map(Band::shown);
        sums.add_row([party.clone(), missing].into_iter().chain(bands));
        all.extend(told.missing.iter().map(|(code, rows)| (*rows, code, party)));
    }
    align_numbers(&mut sums, 1..5);
    page += &sums.to_string();
    page.push('\n');
    // The most rows first.
    all.sort_by_key(|(rows, code, party)| (std::cmp::Reverse(*rows), *code, *party));
    let mut codes = new_table();
    codes.set_header([
        lang.pick("missing code", "缺失编码"),
        lang.pick("party", "参与方"),
        lang.pick("rows", "行数"),
    ]);
    for (rows, code, party) in all.iter().take(MOST_SHOWN) {
        // They come from another institution, which may write anything.
        codes.add_row([on_one_line(code), (*party).clone(), rows.shown()]);
    }
    align_numbers(&mut codes, 2..3);
    if !all.is_empty() {
        page += &codes.to_string();
        page.push('\n');
    }
    let more = all.len().saturating_sub(MOST_SHOWN);
    if more > 0 {
        page += &lang.pick(
            format!("and {more} more in missing-codes.csv\n"),
            format!("另有 {more} 个见 missing-codes.csv\n"),
        );
    }
    Ok(page)
}

impl Band {
    fn shown(self) -> String {
        if self.least == self.most {
            return self.least.to_string();
        }
        format!("{}–{}", self.least, self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{
        "own": {"compared": {"codes": 3, "rows": 80}, "listed": {"codes": 1, "rows": 50}},
        "told": {"hospital": {
            "missing": {"J18.9": {"least": 20, "most": 49}, "=A,1": {"least": 10, "most": 19}},
            "rows": {"least": 50, "most": 99},
            "rare": {"least": 1, "most": 9},
            "unclear": {"least": 0, "most": 0}
        }}
    }"#;

    #[test]
    fn missing_codes_are_a_file_and_a_page_in_both_languages() {
        let file = table(REPORT).unwrap();
        let lines: Vec<&str> = file.lines().collect();
        let due = [
            "code,party,least_rows,most_rows",
            "\"=A,1\",hospital,10,19",
            "J18.9,hospital,20,49",
        ];
        assert_eq!(lines, due);
        for lang in [Lang::En, Lang::Zh] {
            let page = page(REPORT, lang).unwrap();
            assert!(page.contains("20–49") && page.contains("1–9") && page.contains("80"));
            assert!(page.find("J18.9") < page.find("=A,1"));
        }
    }

    #[test]
    fn codes_of_others_do_nothing_to_a_terminal() {
        let report = REPORT.replace("J18.9", "\\u001b[2J\\u202e");
        let page = page(&report, Lang::En).unwrap();
        assert!(page.contains("·[2J·"), "{page}");
        assert!(!page.contains(['\u{1b}', '\u{202e}']));
    }

    #[test]
    fn reports_of_other_studies_have_neither() {
        for report in ["", r#"{"own": null}"#] {
            assert_eq!(table(report).unwrap(), "");
            assert_eq!(page(report, Lang::En).unwrap(), "");
        }
    }
}
