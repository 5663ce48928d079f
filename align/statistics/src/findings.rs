//! What is found over all rows, as the receivers' programs tell it.

use std::collections::BTreeMap;

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

/// Statistics over the rows of all contributors, small cells held back.
///
/// The same at every contributor, bit for bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// Whose rows are in them, in the plan's order.
    pub contributors: Vec<PartyId>,
    /// The fewest rows of a cell that is told.
    pub minimum_cell: u64,
    /// All rows; nothing if they are fewer than that, and nothing else is found then.
    pub rows: Option<u64>,
    /// By column, in the plan's order.
    pub columns: Vec<ColumnFindings>,
    /// The periods, in the plan's order; empty without any.
    pub periods: Vec<Period>,
    /// Pearson's correlations of pairs of columns.
    pub correlations: Vec<Correlation>,
    /// Variance inflation factors by column, among those whose correlations are all told; none of a column
    /// that follows from others, which the factors of the others leave out.
    pub vif: BTreeMap<String, Option<f64>>,
}

/// The rows of a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// What it is called, as `2025-03` of a month, `2025-Q1` of a quarter.
    pub name: String,
    /// How many there are; nothing if held back.
    pub rows: Option<u64>,
}

/// What is found of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnFindings {
    /// Its name.
    pub name: String,
    /// Rows without a value; nothing if the count is held back.
    pub missing: Option<u64>,
    /// Rows with a value out of the range or of no declared level; nothing if held back.
    pub outside: Option<u64>,
    /// How many rows lie where, in order; of codes, the values that are frequent enough.
    pub cells: Vec<Cell>,
    /// Further rows with values of an open vocabulary, none of them named; nothing if held back.
    pub others: Option<u64>,
    /// Whether frequent values of an open vocabulary may be missing among the named: more than the
    /// plan made room for.
    pub incomplete: bool,
    /// Of numbers and integers.
    pub numbers: Option<Numbers>,
    /// By the label.
    pub evidence: Option<Evidence>,
    /// Stability indices between each period and the next one that has rows enough.
    pub stability: Vec<Stability>,
}

/// Rows of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Which.
    pub of: Place,
    /// How many rows; nothing if held back.
    pub rows: Option<u64>,
}

/// Where a cell lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// From a number up to below another; the last one of a range up to its end.
    Interval(Interval),
    /// A boolean's value.
    Boolean(bool),
    /// A level's or code's name.
    Level(String),
}

/// An interval, its upper end out of it unless it is the range's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Its lower end.
    pub from: f64,
    /// Its upper end. Of a single whole number the number itself.
    pub to: f64,
}

/// Measures of numbers inside the declared range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Their mean.
    pub mean: f64,
    /// Their variance, by n − 1.
    pub variance: f64,
    /// Whether mean and variance are approximate, since a count that they would betray is held back or
    /// was merged with others: rounded, or of few values made of the told cells alone.
    pub is_approximate: bool,
    /// The true mean is at most so far from the told one; 0 if it is not approximate. Noise is not
    /// counted.
    pub mean_error: f64,
    /// The root of the true variance is at most so far from that of the told one, likewise.
    pub deviation_error: f64,
    /// At least the minimum of rows lie at or below this, often many more: no minimum of the values.
    pub at_or_below: Option<f64>,
    /// At least the minimum of rows lie at or above this, often many more: no maximum.
    pub at_or_above: Option<f64>,
    /// The wanted quantiles.
    pub quantiles: Vec<Quantile>,
}

/// Where a quantile lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantile {
    /// Which, above 0 and below 1.
    pub share: f64,
    /// The interval that holds the smallest value at or below which that share of rows lies; it has
    /// the minimum of rows, and so has what lies between it and other ends that are told; so it may be
    /// wider than the error that was asked for.
    pub within: Interval,
}

/// Weight of evidence and information value of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Σ (p − q)·ln(p/q) over the bins.
    pub information_value: f64,
    /// The bins: each has the minimum of rows with either label.
    pub bins: Vec<EvidenceBin>,
}

impl Evidence {
    /// Weighs bins: their cells, whether the rest is in them, rows with label yes and no.
    pub(crate) fn of(bins: Vec<(Vec<usize>, bool, [u64; 2])>) -> Evidence {
        let all = |class: usize| bins.iter().map(|(_, _, rows)| rows[class]).sum::<u64>() as f64;
        let (positives, negatives) = (all(0), all(1));
        let mut evidence = Evidence {
            information_value: 0.0,
            bins: Vec::new(),
        };
        for (cells, rest, rows) in bins {
            let (p, q) = (rows[0] as f64 / positives, rows[1] as f64 / negatives);
            let weight = (p / q).ln();
            evidence.information_value += (p - q) * weight;
            evidence.bins.push(EvidenceBin {
                cells,
                rest,
                positives: rows[0],
                negatives: rows[1],
                weight,
            });
        }
        evidence
    }
}

/// Cells that are one bin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceBin {
    /// Places of its cells.
    pub cells: Vec<usize>,
    /// Whether rows whose count is held back, or missing, outside or other ones, are in it too.
    pub rest: bool,
    /// Rows whose label is yes.
    pub positives: u64,
    /// Rows whose label is no.
    pub negatives: u64,
    /// ln of the share of all positives over the share of all negatives.
    pub weight: f64,
}

/// How far a column's distribution moved from one period to a later one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// The earlier period's place.
    pub from: usize,
    /// The later one's.
    pub to: usize,
    /// Population stability index Σ (p − q)·ln(p/q) over cells with the minimum of rows in both, to
    /// a thousandth.
    pub index: f64,
}

/// The correlation of two columns over the rows where both have values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correlation {
    /// One column's name.
    pub one: String,
    /// The other's.
    pub other: String,
    /// Pearson's coefficient.
    pub r: f64,
}

/// This institution against all others together: for its own eyes, never sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Own rows.
    pub rows: u64,
    /// By column, in the plan's order.
    pub columns: Vec<OwnColumn>,
}

/// An own column against that of the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnColumn {
    /// Its name.
    pub name: String,
    /// Own rows without a value.
    pub missing: u64,
    /// Standardised mean difference: own mean minus the others', over the root of the mean of both
    /// variances. Of numbers, integers and booleans of which no count is held back.
    pub mean_difference: Option<f64>,
    /// Population stability index between own rows and those of the others, to a thousandth.
    pub stability_index: Option<f64>,
}

/// What a contributor has at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// For all receivers.
    pub findings: Findings,
    /// For this institution.
    pub own: Comparison,
}
