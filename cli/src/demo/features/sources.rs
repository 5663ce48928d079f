//! Codes and names as they stand in the institutions' own files, read by no mapping: what the demo says
//! of codes checks what the mappings make of them.

use std::collections::BTreeMap;

use anyhow::Context as _;
use consilium_codes::Form;
use consilium_data::{Reading, Table, Values};
use consilium_schema::Schema;

use super::files;

/// What of the institutions' files tells of codes and names.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) hospital: Vec<Stay>,
    pub(super) commercial: Vec<Stay>,
    pub(super) public: Vec<Stay>,
    /// The public insurer's stays before they were recoded, in the same order.
    pub(super) original: Vec<Vec<String>>,
    /// The hospital's items with what was paid for each.
    pub(super) items: Vec<(String, f64)>,
    /// By item, what a person has decided that it is: canonical name.
    pub(super) decided: BTreeMap<String, String>,
}

/// A stay in hospital.
#[derive(Debug)]
pub(super) struct Stay {
    pub(super) person: String,
    /// Whether it began before 2010: only such stays become features.
    pub(super) is_history: bool,
    /// Codes of diagnoses in normal form; what has none, as it is written.
    pub(super) codes: Vec<String>,
    /// In dollars.
    pub(super) paid: f64,
}

const FEATURES_UNTIL: &str = "2010";

pub(super) fn read() -> anyhow::Result<Claims> {
    let items = Rows::read("hospital/items.csv.gz", &["item"], &["paid"], ",")?;
    let decided = Rows::read("hospital/decided.csv", &["item", "canonical"], &[], ",")?;
    let (public, original) = public()?;
    Ok(Claims {
        hospital: hospital()?,
        commercial: commercial()?,
        public,
        original,
        items: (0..items.len())
            .map(|row| {
                (
                    items.text("item", row).to_owned(),
                    items.number("paid", row),
                )
            })
            .collect(),
        decided: (0..decided.len())
            .map(|row| {
                let cell = |name| decided.text(name, row).to_owned();
                (cell("item"), cell("canonical"))
            })
            .collect(),
    })
}

fn hospital() -> anyhow::Result<Vec<Stay>> {
    let codes: Vec<String> = (1..=10).map(|number| format!("dx{number}")).collect();
    let mut columns = vec!["record", "admitted"];
    columns.extend(codes.iter().map(String::as_str));
    let rows = Rows::read("hospital/stays.csv.gz", &columns, &["paid"], ",")?;
    let stay = |row| Stay {
        person: rows.text("record", row).to_owned(),
        is_history: rows.text("admitted", row) < FEATURES_UNTIL,
        codes: normal(Form::Icd9Cm, codes.iter().map(|name| rows.text(name, row))),
        paid: rows.number("paid", row),
    };
    Ok((0..rows.len()).map(stay).collect())
}

fn commercial() -> anyhow::Result<Vec<Stay>> {
    let columns = ["policy", "admitted", "diagnoses"];
    let rows = Rows::read("commercial/claims.csv.gz", &columns, &["paid"], "tab")?;
    let year = |day: &str| day.rsplit('/').next().unwrap_or_default().to_owned();
    let stay = |row| Stay {
        person: rows.text("policy", row).to_owned(),
        is_history: *year(rows.text("admitted", row)) < *FEATURES_UNTIL,
        codes: normal(Form::Icd9Cm, rows.text("diagnoses", row).split('|')),
        paid: 1000.0 * rows.number("paid", row),
    };
    Ok((0..rows.len()).map(stay).collect())
}

fn public() -> anyhow::Result<(Vec<Stay>, Vec<Vec<String>>)> {
    let (claim, code) = ("结算号", "诊断编码");
    let rows = Rows::read("public/diagnoses.csv.gz", &[claim, code], &[], ";")?;
    let mut codes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in 0..rows.len() {
        codes
            .entry(rows.text(claim, row))
            .or_default()
            .push(rows.text(code, row));
    }
    let (person, from, paid) = ("人员编号", "入院日期", "支付");
    let stays = Rows::read(
        "public/settlements.csv.gz",
        &[claim, person, from],
        &[paid],
        ";",
    )?;
    let original = Rows::read("public/original.csv.gz", &["claim", "codes"], &[], ",")?;
    let before: BTreeMap<&str, &str> = (0..original.len())
        .map(|row| (original.text("claim", row), original.text("codes", row)))
        .collect();
    let (mut found, mut originals) = (Vec::new(), Vec::new());
    for row in 0..stays.len() {
        let claim = stays.text(claim, row);
        let of_claim = codes.get(claim).into_iter().flatten().copied();
        found.push(Stay {
            person: stays.text(person, row).to_owned(),
            is_history: stays.text(from, row) < FEATURES_UNTIL,
            codes: normal(Form::Icd10, of_claim),
            paid: stays.number(paid, row) / 100.0,
        });
        let before = before.get(claim).context("a stay has an original")?;
        originals.push(normal(Form::Icd9Cm, before.split(' ')));
    }
    Ok((found, originals))
}

fn normal<'a>(form: Form, codes: impl Iterator<Item = &'a str>) -> Vec<String> {
    let codes = codes.filter(|code| !code.is_empty());
    let normal = |code: &str| form.normalise(code).map_or(code.to_owned(), |it| it.code);
    codes.map(normal).collect()
}

/// Some columns of a file.
struct Rows(Table);

impl Rows {
    /// Reads columns of texts and of numbers; the encoding is found out.
    fn read(name: &str, texts: &[&str], numbers: &[&str], delimiter: &str) -> anyhow::Result<Rows> {
        let column =
            |kind| move |name: &&str| format!("[[column]]\nname = \"{name}\"\ntype = \"{kind}\"\n");
        let columns = texts
            .iter()
            .map(column("code"))
            .chain(numbers.iter().map(column("number")));
        let columns: String = columns.collect();
        let schema = Schema::from_toml(&format!("[file]\ndelimiter = \"{delimiter}\"\n{columns}"))?;
        let loaded = Reading::new(&schema).stream(files::bytes(name)?);
        Ok(Rows(loaded.with_context(|| name.to_owned())?.table))
    }

    fn len(&self) -> usize {
        self.0.rows()
    }

    /// A cell; empty where it is missing.
    fn text(&self, name: &str, row: usize) -> &str {
        match self.0.column(name).map(|column| &column.values) {
            Some(Values::Texts(texts)) => texts.get(row).unwrap_or_default(),
            _ => "",
        }
    }

    /// A cell; 0 where it is missing.
    fn number(&self, name: &str, row: usize) -> f64 {
        match self.0.column(name).map(|column| &column.values) {
            Some(Values::Numbers(numbers)) => numbers.get(row).unwrap_or_default(),
            _ => 0.0,
        }
    }
}
