//! Rules held against rows as they are, and against rows with which something has gone wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use consilium_mapping::Program;
use consilium_quality::{Check, Date, Given, Heading, Report, RuleSet};
use consilium_schema::DateOrder;
use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;

use super::rows::{Columns, Kind, Rows};

/// A data set with its rules.
pub(crate) struct Trial {
    pub(crate) name: &'static str,
    /// The rule file.
    pub(crate) rules: &'static str,
    /// The first is what something goes wrong with; its path ends in `.csv`.
    pub(crate) files: Vec<(&'static str, Rows)>,
    /// Tables of codes, and their paths.
    pub(crate) codes: Vec<(&'static str, String)>,
    pub(crate) columns: Columns,
}

/// What a kind of mistakes does to scores.
pub(crate) struct Behaviour {
    /// Those of its heading, as shares grow.
    pub(crate) scores: Vec<f64>,
    /// Their rank correlation with the shares.
    pub(crate) spearman: f64,
    /// By how much others have moved from where nothing is wrong, at most.
    pub(crate) others: BTreeMap<&'static str, f64>,
}

impl Behaviour {
    /// Whether what must fall falls, and what must stay stays.
    pub(crate) fn is_right(&self) -> bool {
        self.spearman <= -0.95 && self.others.values().all(|moved| *moved <= 5.0)
    }
}

impl Trial {
    /// The rows of four hospitals, without a header.
    pub(crate) fn heart(text: &str) -> Self {
        const NAMES: [&str; 14] = [
            "age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang",
            "oldpeak", "slope", "ca", "thal", "num",
        ];
        let mut rows = Rows::read(text, Some(&NAMES), &["?", "-9", "-9.0"]);
        for cell in rows.cells.iter_mut().flatten() {
            if let Some(whole) = cell.strip_suffix(".0") {
                *cell = whole.to_owned();
            }
        }
        let rows = rows.with("id", |number| format!("患者{number}"));
        Self {
            name: "heart-disease",
            rules: include_str!("heart-disease.toml"),
            files: vec![("heart.csv", rows)],
            codes: Vec::new(),
            columns: Columns {
                missing: &[
                    "age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang",
                    "oldpeak",
                ],
                codes: &["sex", "cp", "fbs", "restecg", "exang"],
                dates: &[],
                // In months, kPa, mmol/L, and beats of a second.
                units: &[
                    ("age", 12.0),
                    ("trestbps", 0.133_322),
                    ("chol", 0.025_86),
                    ("thalach", 1.0 / 60.0),
                ],
                numbers: &["age", "trestbps", "chol", "thalach"],
            },
        }
    }

    /// The kinds of mistakes that the data can have.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = Kind> {
        let kinds = Kind::ALL.into_iter();
        kinds.filter(|kind| kind.strikes(&self.columns))
    }

    /// The report where nothing is wrong but what is in the data.
    pub(crate) fn report(&self, program: &Program) -> Report {
        self.of(program, self.rules, &self.files[0].1.csv(b','))
    }

    /// Lets a kind of mistakes grow over these shares, the first of which is 0.
    pub(crate) fn behaviour(&self, program: &Program, kind: Kind, shares: &[f64]) -> Behaviour {
        let reports: Vec<Report> = shares
            .iter()
            .map(|share| {
                let rows = self.files[0].1.struck(kind, &self.columns, *share, 7);
                self.of(program, self.rules, &rows.csv(b','))
            })
            .collect();
        let of = |heading: Heading| -> Vec<f64> {
            let scores = reports.iter().map(|report| score(report, heading));
            scores.collect()
        };
        let scores = of(kind.heading());
        let mut others = BTreeMap::new();
        for heading in reports[0].headings.iter().map(|it| it.heading) {
            if heading != kind.heading() {
                let scores = of(heading);
                let moved = scores.iter().map(|it| (it - scores[0]).abs());
                others.insert(heading.name(), moved.fold(0.0, f64::max));
            }
        }
        Behaviour {
            spearman: spearman(shares, &scores),
            scores,
            others,
        }
    }

    /// What changes nothing that rows say; whether it changes nothing that is said of them.
    pub(crate) fn controls(&self, program: &Program) -> Vec<(&'static str, bool)> {
        let (path, rows) = &self.files[0];
        let usual = self.report(program);
        let same = |rules: &str, bytes: &[u8]| {
            let other = self.of(program, rules, bytes);
            other.rules == usual.rules
                && other.headings == usual.headings
                && other.total == usual.total
        };
        let csv = rows.csv(b',');
        let text = String::from_utf8(csv.clone()).unwrap();
        let (gb18030, _, _) = encoding_rs::GB18030.encode(&text);
        let encoded = "\n[source.file]\nencoding = \"gb18030\"";
        let declared = |keys: &str| {
            let line = format!("path = {path:?}");
            assert!(self.rules.contains(&line), "{path}");
            self.rules.replacen(&line, &format!("{line}{keys}"), 1)
        };
        let (renamed, rules) = self.renamed();
        vec![
            ("row order", same(self.rules, &rows.shuffled(3).csv(b','))),
            ("column names", same(&rules, &renamed.csv(b','))),
            ("gzip", same(self.rules, &gzip(&csv))),
            (
                "tabs",
                same(
                    &declared("\n[source.file]\ndelimiter = \"\\t\""),
                    &rows.csv(b'\t'),
                ),
            ),
            (
                "parquet",
                same(&declared("\nformat = \"parquet\""), &parquet(rows)),
            ),
            ("gb18030", same(&declared(encoded), &gb18030)),
        ]
    }

    /// Holds the rules against the files, the first of which has these bytes.
    fn of(&self, program: &Program, rules: &str, bytes: &[u8]) -> Report {
        let folder = tempfile::tempdir().unwrap();
        for (path, rows) in &self.files[1..] {
            std::fs::write(folder.path().join(path), rows.csv(b',')).unwrap();
        }
        for (path, text) in &self.codes {
            std::fs::write(folder.path().join(path), text).unwrap();
        }
        std::fs::write(folder.path().join(self.files[0].0), bytes).unwrap();
        let schema = |_: &str| Err("there is none".to_owned());
        let today = Date::parse("2026-01-01", DateOrder::Ymd).unwrap();
        let given = Given {
            today,
            schema: &schema,
        };
        let rules = RuleSet::from_toml(rules, given).unwrap();
        let check = Check::new(&rules, folder.path(), program);
        let check = check.aside(folder.path()).rows(0);
        check.run(&mut |_| {}).unwrap().report
    }

    /// The first file with other names of columns, and rules that bind them, or queries that rename them.
    fn renamed(&self) -> (Rows, String) {
        let (path, rows) = &self.files[0];
        let mut rules: toml::Table = self.rules.parse().unwrap();
        let sources = rules["source"].as_array().unwrap();
        let source = sources.iter().find(|it| it["path"].as_str() == Some(*path));
        let source = source.unwrap()["name"].clone();
        let other = |name: &str| format!("列 {name}");
        for table in rules["table"].as_array_mut().unwrap() {
            let table = table.as_table_mut().unwrap();
            if let Some(sql) = table.get_mut("sql") {
                let from = format!("FROM {} AS", source.as_str().unwrap());
                let named = rows.header.iter();
                let named = named.map(|it| format!("\"{}\" AS \"{it}\"", other(it)));
                let named = named.collect::<Vec<_>>().join(", ");
                let made = format!("FROM (SELECT {named} {}) AS", from.replace(" AS", ""));
                *sql = toml::Value::String(sql.as_str().unwrap().replace(&from, &made));
            }
            if table.get("source") != Some(&source) {
                continue;
            }
            let empty = toml::Value::Table(toml::Table::new());
            let bound = table.entry("columns").or_insert(empty);
            let bound = bound.as_table_mut().unwrap();
            for (_, expression) in bound.iter_mut() {
                let text = expression.as_str().unwrap();
                *expression = toml::Value::String(replaced(text, &rows.header, other));
            }
            for name in &rows.header {
                let entry = bound.entry(name.clone());
                entry.or_insert(toml::Value::String(format!("\"{}\"", other(name))));
            }
        }
        let mut renamed = rows.clone();
        renamed.header.iter_mut().for_each(|it| *it = other(it));
        (renamed, rules.to_string())
    }
}

/// A table of diagnoses in ICD-9-CM.
pub(crate) fn icd9(codes: impl Iterator<Item = String>) -> String {
    let codes: BTreeSet<String> = codes.collect();
    let lines = codes.into_iter().map(|code| format!("{code},,active\n"));
    let head =
        "system = \"icd-9-cm\"\nversion = \"GEM\"\nsource = \"CMS GEM\"\n---\ncode,en,status\n";
    head.to_owned() + &lines.collect::<String>()
}

/// An expression with other names for columns.
fn replaced(text: &str, names: &[String], other: impl Fn(&str) -> String) -> String {
    let is_letter = |it: char| it.is_alphanumeric() || it == '_';
    let mut made = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let is_word = rest.starts_with(is_letter);
        let end = rest
            .find(|it| is_letter(it) != is_word)
            .unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        if names.iter().any(|it| it == part) {
            made.extend(["\"", &other(part), "\""]);
        } else {
            made.push_str(part);
        }
        rest = behind;
    }
    made
}

fn score(report: &Report, heading: Heading) -> f64 {
    let found = report.headings.iter().find(|it| it.heading == heading);
    found
        .unwrap_or_else(|| panic!("no rule of {}", heading.name()))
        .score
        .score
}

/// Spearman's rank correlation: Pearson's of ranks, ties having their mean.
fn spearman(first: &[f64], second: &[f64]) -> f64 {
    let ranks = |values: &[f64]| -> Vec<f64> {
        let rank = |value: &f64| {
            let below = values
                .iter()
                .filter(|it| it.total_cmp(value).is_lt())
                .count() as f64;
            let alike = values
                .iter()
                .filter(|it| it.total_cmp(value).is_eq())
                .count() as f64;
            below + f64::midpoint(alike, 1.0)
        };
        values.iter().map(rank).collect()
    };
    let (first, second) = (ranks(first), ranks(second));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (a, b) = (mean(&first), mean(&second));
    let pairs = || first.iter().zip(&second).map(|(x, y)| (x - a, y - b));
    let covariance: f64 = pairs().map(|(x, y)| x * y).sum();
    let spread: f64 =
        pairs().map(|(x, _)| x * x).sum::<f64>() * pairs().map(|(_, y)| y * y).sum::<f64>();
    covariance / spread.sqrt()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let level = flate2::Compression::fast();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn parquet(rows: &Rows) -> Vec<u8> {
    let columns = rows.header.iter().enumerate().map(|(at, name)| {
        let cells = rows.cells.iter().map(|row| Some(row[at].as_str()));
        let cells = cells.map(|cell| cell.filter(|it| !it.is_empty()));
        (
            name.as_str(),
            Arc::new(cells.collect::<StringArray>()) as ArrayRef,
            true,
        )
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}
