use serde::{Deserialize, Serialize};

use crate::Rows;

/// Counts and summaries of a table.
///
/// # Security
///
/// A profile is made from rows: extremes and quantiles are single cells, and a level that few rows
/// have may point at a person. It is for the owner of the rows, and no part of it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Rows of the table.
    pub rows: Rows,
    /// In the order of the table.
    pub columns: Vec<ColumnProfile>,
}

/// Counts and a summary of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// The name.
    pub name: String,
    /// The type, as a schema writes it.
    #[serde(rename = "type")]
    pub kind: String,
    /// The unit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<String>,
    /// Rows with a value.
    pub present: Rows,
    /// Rows without.
    pub missing: Rows,
    /// Different values.
    pub distinct: Distinct,
    /// What the values look like.
    #[serde(flatten)]
    pub summary: Summary,
}

/// A number of different values, counted up to a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distinct {
    /// At least this many.
    pub values: u64,
    /// Whether counting stopped, so that there may be more.
    pub capped: bool,
}

/// What the values of a column look like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "summary", rename_all = "kebab-case")]
pub enum Summary {
    /// There is no value.
    Nothing,
    /// Of numbers and integers.
    Numbers(NumberSummary),
    /// Of categories, booleans, and codes that repeat.
    Levels {
        /// The levels that most rows have, the most frequent first.
        top: Vec<LevelCount>,
        /// Rows with a level that is not in `top`.
        others: Rows,
    },
    /// Of dates, as `2026-03-21`.
    Dates {
        /// The earliest.
        first: String,
        /// The latest.
        last: String,
    },
    /// Of texts, and codes that are nearly all different.
    Text(TextLengths),
}

/// A summary of numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberSummary {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation with divisor n - 1; none of a single value.
    pub sd: Option<f64>,
    /// By linear interpolation between neighbours, least first.
    pub quantiles: Vec<Quantile>,
}

/// A value that a share of the rows does not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantile {
    /// The share, 0 to 1.
    pub share: f64,
    /// The value.
    pub value: f64,
}

/// How many rows have a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelCount {
    /// The level.
    pub level: String,
    /// Its rows.
    pub rows: Rows,
}

/// How long texts are, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextLengths {
    /// The shortest.
    pub shortest: u64,
    /// The longest.
    pub longest: u64,
}
