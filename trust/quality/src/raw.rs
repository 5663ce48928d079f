//! Rule files and packs as they are typed, before they are checked.

use std::collections::BTreeMap;

use consilium_catalogue::Certainty;
use consilium_schema::{RawKind, TextPlace};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::{Heading, Names, RuleError, Severity};

/// Reads TOML strictly.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, RuleError> {
    toml::from_str(text).map_err(|error| RuleError::Toml {
        place: TextPlace::of(text, error.span().map_or(0, |span| span.start)),
        message: error.message().replace('\n', ", "),
    })
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawRules {
    pub(crate) title: Spanned<String>,
    #[serde(default)]
    pub(crate) packs: Vec<Spanned<String>>,
    pub(crate) as_of: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) weights: BTreeMap<Heading, Spanned<f64>>,
    pub(crate) limits: Option<Spanned<toml::Table>>,
    #[serde(default)]
    pub(crate) source: Vec<Spanned<toml::Table>>,
    #[serde(default)]
    pub(crate) table: Vec<RawTable>,
    #[serde(default)]
    pub(crate) rule: Vec<RawRule>,
    #[serde(default)]
    pub(crate) adjust: Vec<RawAdjust>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawAdjust {
    pub(crate) rule: Spanned<String>,
    pub(crate) reason: Spanned<String>,
    #[serde(default)]
    pub(crate) off: bool,
    pub(crate) severity: Option<Severity>,
    pub(crate) weight: Option<Spanned<f64>>,
    pub(crate) tolerate: Option<Spanned<f64>>,
    pub(crate) unless: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawTable {
    pub(crate) name: Spanned<String>,
    pub(crate) role: Option<Spanned<String>>,
    pub(crate) source: Option<Spanned<String>>,
    pub(crate) sql: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) key: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) expects: Vec<String>,
    #[serde(default)]
    pub(crate) columns: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub(crate) types: BTreeMap<Spanned<String>, RawKind>,
    #[serde(default)]
    pub(crate) codes: BTreeMap<String, RawColumnCodes>,
    pub(crate) schema: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawColumnCodes {
    pub(crate) system: Spanned<String>,
    pub(crate) table: Option<Spanned<String>>,
}

/// A pack: rules over tables and columns that rule files bind to their own.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawPack {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: Names,
    pub(crate) table: Vec<RawPackTable>,
    pub(crate) rule: Vec<RawRule>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawPackTable {
    pub(crate) name: String,
    pub(crate) title: Names,
    pub(crate) columns: BTreeMap<String, RawKind>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawRule {
    pub(crate) id: Spanned<String>,
    pub(crate) heading: Heading,
    #[serde(default)]
    pub(crate) severity: Severity,
    pub(crate) weight: Option<Spanned<f64>>,
    pub(crate) tolerate: Option<Spanned<f64>>,
    pub(crate) name: Option<Names>,
    pub(crate) table: Spanned<String>,
    #[serde(rename = "where")]
    pub(crate) applies: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) systems: BTreeMap<String, Vec<String>>,
    pub(crate) source: Option<String>,
    pub(crate) certainty: Option<Certainty>,

    pub(crate) complete: Option<Vec<String>>,
    pub(crate) typed: Option<Vec<String>>,
    pub(crate) holds: Option<Spanned<String>>,
    pub(crate) range: Option<RawRange>,
    pub(crate) levels: Option<RawLevels>,
    pub(crate) matches: Option<RawMatches>,
    pub(crate) codes: Option<RawCodes>,
    pub(crate) unique: Option<RawUnique>,
    pub(crate) duplicates: Option<bool>,
    pub(crate) adds_up: Option<RawAddsUp>,
    pub(crate) refers: Option<RawRefers>,
    pub(crate) overlap: Option<RawOverlap>,
    pub(crate) fresh: Option<RawFresh>,
    pub(crate) delay: Option<RawDelay>,
    pub(crate) shape: Option<RawShape>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawRange {
    pub(crate) column: String,
    pub(crate) min: Option<RawBound>,
    pub(crate) max: Option<RawBound>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum RawBound {
    Whole(i64),
    Number(f64),
    Day(String),
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawLevels {
    pub(crate) column: String,
    pub(crate) of: Vec<RawLevel>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum RawLevel {
    Whole(i64),
    Text(String),
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawMatches {
    pub(crate) column: String,
    pub(crate) pattern: String,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawCodes {
    pub(crate) column: String,
    pub(crate) system: Option<String>,
    pub(crate) table: Option<String>,
    #[serde(default)]
    pub(crate) known: bool,
    pub(crate) at: Option<String>,
    #[serde(default)]
    pub(crate) leaf: bool,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum RawUnique {
    Columns(Vec<String>),
    Named(RawNamed),
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawNamed {
    pub(crate) columns: Vec<String>,
    pub(crate) id: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawAddsUp {
    pub(crate) of: String,
    pub(crate) by: Vec<String>,
    pub(crate) their: Option<Vec<String>>,
    pub(crate) to: String,
    #[serde(default)]
    pub(crate) within: f64,
    #[serde(default)]
    pub(crate) none_is_zero: bool,
    #[serde(default)]
    pub(crate) together: bool,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawRefers {
    pub(crate) columns: Vec<String>,
    pub(crate) to: String,
    pub(crate) their: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawOverlap {
    pub(crate) by: Vec<String>,
    pub(crate) from: String,
    pub(crate) until: String,
    #[serde(default)]
    pub(crate) id: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawFresh {
    pub(crate) column: String,
    pub(crate) days: u32,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawDelay {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) days: u32,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawShape {
    pub(crate) column: String,
    pub(crate) against: RawProfile,
    #[serde(default)]
    pub(crate) factors: Vec<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawProfile {
    pub(crate) quantiles: Option<Vec<f64>>,
    pub(crate) cuts: Option<Vec<f64>>,
    pub(crate) shares: Option<Vec<f64>>,
    pub(crate) levels: Option<BTreeMap<String, f64>>,
}
