//! What a split is worth.

use serde::{Deserialize, Serialize};

use crate::{Boosting, Direction, Quanta, Sums};

/// A gain of less than this share of the node's own score is taken for rounding.
const NOISE: f64 = 1e-10;

/// The values that a node's leaves may have, so that monotone columns stay so.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The least, if there is one.
    pub low: Option<f64>,
    /// The greatest, if there is one.
    pub high: Option<f64>,
}

impl Bounds {
    /// Any value at all.
    pub const NONE: Bounds = Bounds {
        low: None,
        high: None,
    };

    fn hold(self, value: f64) -> f64 {
        let value = self.low.map_or(value, |low| value.max(low));
        self.high.map_or(value, |high| value.min(high))
    }
}

/// What splits are judged by: the penalties of a fit and the quanta of a tree.
///
/// The score of a node is `-2` times what its rows' losses change by, to second order, when they
/// get the value that is best for them: Chen and Guestrin, *XGBoost* (KDD 2016), section 2.2.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    quanta: Quanta,
    lambda: f64,
    alpha: f64,
    gamma: f64,
    min_child_weight: f64,
    longest_step: f64,
}

impl Criterion {
    /// Takes the penalties of a fit and the quanta of one of its trees.
    pub fn new(boosting: &Boosting, quanta: Quanta) -> Criterion {
        let spec = boosting.specification();
        Criterion {
            quanta,
            lambda: spec.lambda,
            alpha: spec.alpha,
            gamma: spec.gamma,
            min_child_weight: spec.min_child_weight,
            longest_step: spec.objective.longest_step().unwrap_or(f64::MAX),
        }
    }

    /// Gives what a leaf of these rows adds to their margin, before the learning rate.
    ///
    /// Rows of no curvature and no penalty get 0; none get more than the objective's longest step.
    pub fn value(&self, sums: Sums, bounds: Bounds) -> f64 {
        let (g, h) = self.real(sums);
        let value = bounds.hold(self.best(g, h));
        value.clamp(-self.longest_step, self.longest_step)
    }

    /// Gives Σh as a real: the cover of a node.
    pub fn cover(&self, sums: Sums) -> f64 {
        self.quanta.h.real(sums.h)
    }

    /// Gives what it is worth to split a node whose rows sum up to `whole` so that `left` is on one
    /// side; none if that is not more than γ, not finite, or not allowed.
    ///
    /// `direction` is how values must change from the left side to the right, if they must.
    #[inline]
    pub fn gain(
        &self,
        whole: Sums,
        left: Sums,
        bounds: Bounds,
        direction: Option<Direction>,
    ) -> Option<f64> {
        let judge = Judge::new(self, whole, bounds);
        judge.gain(left, direction)
    }

    fn real(&self, sums: Sums) -> (f64, f64) {
        (self.quanta.g.real(sums.g), self.quanta.h.real(sums.h))
    }

    fn shrunk(&self, g: f64) -> f64 {
        if self.alpha == 0.0 {
            return g;
        }
        (g.abs() - self.alpha).max(0.0).copysign(g)
    }

    fn best(&self, g: f64, h: f64) -> f64 {
        let curvature = h + self.lambda;
        if curvature > 0.0 {
            -self.shrunk(g) / curvature
        } else {
            0.0
        }
    }

    /// Gives the score of rows that get the value best for them.
    fn free_score(&self, g: f64, h: f64) -> f64 {
        let curvature = h + self.lambda;
        let g = self.shrunk(g);
        if curvature > 0.0 {
            g * g / curvature
        } else {
            0.0
        }
    }

    /// Gives the score of rows that get a value.
    fn score_at(&self, g: f64, h: f64, value: f64) -> f64 {
        let shrunk = 2.0 * (g * value + self.alpha * value.abs());
        -(shrunk + (h + self.lambda) * value * value)
    }
}

/// A criterion, looking at one node.
pub(crate) struct Judge<'a> {
    criterion: &'a Criterion,
    whole: Sums,
    bounds: Bounds,
    is_free: bool,
    /// What a gain must exceed.
    threshold: f64,
    score: f64,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(criterion: &'a Criterion, whole: Sums, bounds: Bounds) -> Judge<'a> {
        let is_free = bounds == Bounds::NONE;
        let (g, h) = criterion.real(whole);
        let score = if is_free {
            criterion.free_score(g, h)
        } else {
            criterion.score_at(g, h, bounds.hold(criterion.best(g, h)))
        };
        Judge {
            criterion,
            whole,
            bounds,
            is_free,
            threshold: criterion.gamma.max(NOISE * score.abs()),
            score,
        }
    }

    pub(crate) fn gain(&self, left: Sums, direction: Option<Direction>) -> Option<f64> {
        let (left_g, left_h) = self.criterion.real(left);
        let gain = self.gain_at(left_g, left_h, direction);
        (gain > self.threshold).then_some(gain)
    }

    /// Gives what a gain must exceed.
    pub(crate) fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Gives Σg and Σh as reals.
    #[inline]
    pub(crate) fn real(&self, sums: Sums) -> (f64, f64) {
        self.criterion.real(sums)
    }

    /// Gives the gain of each of many left sides; that of one not allowed is below all others.
    ///
    /// The same as [`gain`](Judge::gain) of each, bit for bit.
    pub(crate) fn gains(
        &self,
        left_g: &[f64],
        left_h: &[f64],
        direction: Option<Direction>,
        gains: &mut [f64],
    ) {
        let Criterion {
            lambda,
            alpha,
            min_child_weight: least,
            ..
        } = *self.criterion;
        let left = left_g.iter().zip(left_h);
        if !(self.is_free && direction.is_none() && alpha == 0.0 && lambda > 0.0) {
            for ((left_g, left_h), gain) in left.zip(gains) {
                *gain = self.gain_at(*left_g, *left_h, direction);
            }
            return;
        }
        // Without branches, so that the compiler takes several at once.
        let (g, h) = self.criterion.real(self.whole);
        for ((left_g, left_h), gain) in left.zip(gains) {
            let (right_g, right_h) = (g - left_g, h - left_h);
            let both = left_g * left_g / (left_h + lambda) + right_g * right_g / (right_h + lambda);
            let smaller = if right_h < *left_h { right_h } else { *left_h };
            let allowed = smaller >= least;
            *gain = if allowed {
                finite(both - self.score)
            } else {
                f64::NEG_INFINITY
            };
        }
    }

    fn gain_at(&self, left_g: f64, left_h: f64, direction: Option<Direction>) -> f64 {
        let criterion = self.criterion;
        let (g, h) = criterion.real(self.whole);
        // Exact: all are multiples of the quanta, and few enough.
        let (right_g, right_h) = (g - left_g, h - left_h);
        let least = criterion.min_child_weight;
        if left_h < least || right_h < least {
            return f64::NEG_INFINITY;
        }
        let both = if self.is_free && direction.is_none() {
            criterion.free_score(left_g, left_h) + criterion.free_score(right_g, right_h)
        } else {
            let left = self.bounds.hold(criterion.best(left_g, left_h));
            let right = self.bounds.hold(criterion.best(right_g, right_h));
            let holds = match direction {
                None => true,
                Some(Direction::Increasing) => left <= right,
                Some(Direction::Decreasing) => left >= right,
            };
            if !holds {
                return f64::NEG_INFINITY;
            }
            criterion.score_at(left_g, left_h, left) + criterion.score_at(right_g, right_h, right)
        };
        finite(both - self.score)
    }
}

/// Puts a gain that is no finite number below all others.
#[inline]
fn finite(gain: f64) -> f64 {
    if gain < f64::INFINITY {
        gain
    } else {
        f64::NEG_INFINITY
    }
}
