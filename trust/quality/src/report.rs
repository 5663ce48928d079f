use serde::{Deserialize, Serialize};

use crate::{Certainty, Heading, Names, Origin, Severity, ShapeResult};

/// The number of this form of reports.
pub const FORMAT: u32 = 1;

/// What rules say about tables. It holds counts and scores, names of rules, tables and columns, and no cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: u32,
    /// What the rule file calls itself.
    pub title: String,
    /// The day by which ages of rows are told.
    pub as_of: String,
    /// The hash of the rules, packs, schemas and tables of codes included, in hexadecimal: reports of one hash are of
    /// the same rules.
    pub rules_hash: String,
    /// The tables of codes that the rule file names.
    #[serde(default)]
    pub code_tables: Vec<CodeTable>,
    /// What the intervals were drawn by.
    pub seed: u64,
    /// The tables, in declared order.
    pub tables: Vec<TableSize>,
    /// How many rules could not be run: where there are any, scores are those of the others alone.
    #[serde(default)]
    pub not_run: u64,
    /// How many rules found nothing to check: no row has all that they need.
    #[serde(default)]
    pub unchecked: u64,
    /// Names that tables bind in `columns` and that nothing uses, as `table.name`.
    #[serde(default)]
    pub unused: Vec<String>,
    /// The rules: those of the file, of packs, of schemas.
    pub rules: Vec<RuleResult>,
    /// The headings of which a rule was applied, in the order of [`Heading::ALL`].
    pub headings: Vec<HeadingResult>,
    /// The mean of the headings by their weights; none where nothing was checked.
    pub total: Option<Score>,
}

/// A table of codes, which decides what codes are valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeTable {
    /// The source's name.
    pub name: String,
    /// The hash of its file, in hexadecimal; none where it could not be read.
    pub hash: Option<String>,
}

/// A table that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSize {
    /// Its name.
    pub name: String,
    /// Its rows; none where it could not be read.
    pub rows: Option<u64>,
}

/// A score from 0 to 100, and the bounds of its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// 100 where all that was checked has passed.
    pub score: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What one rule says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleResult {
    /// The rule's id.
    pub id: String,
    /// What it is called.
    pub name: Names,
    /// Its heading.
    pub heading: Heading,
    /// Its severity.
    pub severity: Severity,
    /// Its weight, without the severity's factor.
    pub weight: f64,
    /// The share of failures that it accepts; scores count them all the same.
    #[serde(default, skip_serializing_if = "is_none")]
    pub tolerate: f64,
    /// The table.
    pub table: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How sure that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// Why the rule file has it otherwise than the pack, schema or table from which it comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<String>,
    /// Whether it was applied.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How many rows or cells were checked.
    pub checked: u64,
    /// How many of them failed.
    pub failed: u64,
    /// The share that passed; none where nothing was checked.
    pub score: Option<Score>,
    /// Of a rule that counts cells, each column by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnCount>,
    /// Of a rule about a column's shape, how it is and should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<ShapeResult>,
}

impl RuleResult {
    /// Whether more fails than the rule accepts.
    pub fn is_broken(&self) -> bool {
        // The quotient of two counts is rounded as the share that somebody writes is.
        self.failed > 0 && self.failed as f64 / self.checked as f64 > self.tolerate
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference over"
)]
fn is_none(share: &f64) -> bool {
    *share == 0.0
}

/// What was counted of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnCount {
    /// The column, as the rule names it.
    pub column: String,
    /// How many cells were checked.
    pub checked: u64,
    /// How many of them failed.
    pub failed: u64,
}

/// Whether a rule was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// It was.
    Applied,
    /// The rule file has switched it off, for the reason that stands in `adjusted`.
    Off,
    /// The table does not bind what a pack's rule needs.
    NotApplicable {
        /// The columns and code systems that are not bound.
        missing: Vec<String>,
    },
    /// It could not be run; the others were.
    NotRun {
        /// Why, in English.
        en: String,
        /// Why, in Chinese.
        zh: String,
    },
}

/// What the rules of one heading say together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadingResult {
    /// The heading.
    pub heading: Heading,
    /// Its weight in the total; 0 of accessibility where all tables can be read.
    pub weight: f64,
    /// The mean of its rules' scores, by severity and weight.
    pub score: Score,
    /// How many rules have a part in it.
    pub rules: u64,
}

/// A row that breaks a rule. It holds cells: it is for the eyes of those who may see the table, and never
/// leaves the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offence {
    /// The rule's id.
    pub rule: String,
    /// The table.
    pub table: String,
    /// The path of the table's file, as the rule file has it; none of a table that is a query.
    pub file: Option<String>,
    /// The row's number in the table, from 1; the header of a file does not count.
    pub row: u64,
    /// The cells of the table's key, with their columns.
    pub key: Vec<(String, Option<String>)>,
    /// The cells that the rule looks at, with their columns.
    pub cells: Vec<(String, Option<String>)>,
}
