//! Bounds of what is not known exactly.

use serde::Serialize;

/// Standard deviations to either side of a 95 % interval.
pub(crate) const WIDE: f64 = 1.96;

/// Both ends of a 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Says whether a number lies in it.
    pub fn contains(&self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}
