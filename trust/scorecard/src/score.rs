//! Scores, with the bounds between which they may lie.

use serde::{Deserialize, Serialize};

/// A score from 0 to 100 in hundredths, and the bounds of its 95 % interval.
///
/// Where a number is exact for the rows at hand, as a count is, both bounds are the score itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// 100 is the best.
    pub score: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Score {
    /// Takes a score and its bounds, which are brought between 0 and 100; none if one is no number.
    pub fn of(score: f64, low: f64, high: f64) -> Option<Score> {
        if !(score.is_finite() && low.is_finite() && high.is_finite()) {
            return None;
        }
        let score = hundredths(score);
        Some(Score {
            score,
            low: hundredths(low).min(score),
            high: hundredths(high).max(score),
        })
    }

    /// Takes a score that is exact for the rows at hand.
    pub fn exact(score: f64) -> Option<Score> {
        Self::of(score, score, score)
    }

    /// Whether it is one: within its bounds, and those between 0 and 100.
    pub(crate) fn is_one(&self) -> bool {
        0.0 <= self.low && self.low <= self.score && self.score <= self.high && self.high <= 100.0
    }

    /// The weighted mean; none where no weight is above 0.
    ///
    /// # Discussion
    ///
    /// The bounds are the weighted means of the bounds, as if all moved together. What a card joins was
    /// measured on the same rows, so nothing says that its parts are independent; and since the standard
    /// deviation of a sum is no more than the sum of standard deviations, such an interval is too wide
    /// rather than too narrow, whatever the dependence.
    pub(crate) fn mean(parts: impl IntoIterator<Item = (Score, f64)>) -> Option<Score> {
        let (mut sums, mut weights) = ([0.0; 3], 0.0);
        for (part, weight) in parts {
            for (sum, bound) in sums.iter_mut().zip([part.score, part.low, part.high]) {
                *sum += weight * bound;
            }
            weights += weight;
        }
        let [score, low, high] = sums.map(|sum| sum / weights);
        (weights > 0.0)
            .then(|| Self::of(score, low, high))
            .flatten()
    }
}

/// Brings a number between 0 and 100, in hundredths.
fn hundredths(score: f64) -> f64 {
    (score.clamp(0.0, 100.0) * 100.0).round() / 100.0
}
