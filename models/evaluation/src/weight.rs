//! How much a party's rows count.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much each row of a party counts in a fit: its log-likelihood, or loss, is multiplied by this number.
///
/// At least [`Weight::LEAST`] and at most 1, the weight of rows that count in full.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Weight(f64);

/// None of them is NaN.
impl Eq for Weight {}

/// A weight that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a weight is at least 0.01 and at most 1: leave out an institution that should count less")]
pub struct BadWeight;

impl Weight {
    /// Rows that count in full.
    pub const FULL: Weight = Weight(1.0);
    /// The least: sums are rounded to units that are made for rows that count in full.
    pub const LEAST: Weight = Weight(0.01);

    /// Gives the number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Default for Weight {
    fn default() -> Weight {
        Weight::FULL
    }
}

impl TryFrom<f64> for Weight {
    type Error = BadWeight;

    fn try_from(weight: f64) -> Result<Weight, BadWeight> {
        // NaN is in no range.
        let is_one = (Weight::LEAST.0..=Weight::FULL.0).contains(&weight);
        is_one.then_some(Weight(weight)).ok_or(BadWeight)
    }
}

impl From<Weight> for f64 {
    fn from(weight: Weight) -> f64 {
        weight.0
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
