//! Where values lie.

use serde::{Deserialize, Serialize};

/// A closed interval of finite numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "(f64, f64)", into = "(f64, f64)")]
pub struct Range {
    low: f64,
    high: f64,
}

/// A range that is empty or not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a range needs two finite ends, the lower one first")]
pub struct BadRange;

impl Range {
    /// The range of labels and columns that are 0 or 1.
    pub const ZERO_TO_ONE: Range = Range {
        low: 0.0,
        high: 1.0,
    };

    /// Checks that both ends are finite and `low < high`.
    pub fn new(low: f64, high: f64) -> Option<Range> {
        let ordered = low < high && (high - low).is_finite();
        ordered.then_some(Range { low, high })
    }

    /// Gives the lower end.
    pub fn low(self) -> f64 {
        self.low
    }

    /// Gives the upper end.
    pub fn high(self) -> f64 {
        self.high
    }

    /// Gives the value halfway between the ends.
    pub fn middle(self) -> f64 {
        f64::midpoint(self.low, self.high)
    }

    /// Gives how far the ends are from the middle.
    pub fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// Says whether `value` lies between the ends or on one.
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

impl TryFrom<(f64, f64)> for Range {
    type Error = BadRange;

    fn try_from((low, high): (f64, f64)) -> Result<Self, BadRange> {
        Range::new(low, high).ok_or(BadRange)
    }
}

impl From<Range> for (f64, f64) {
    fn from(range: Range) -> (f64, f64) {
        (range.low, range.high)
    }
}
