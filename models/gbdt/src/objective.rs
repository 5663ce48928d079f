//! What boosting minimises, and how steep it is.

use serde::{Deserialize, Serialize};

/// Margins beyond this count as this where they are exponents.
const STEEPEST: f64 = 50.0;
/// A mean of 0/1 labels is taken to be at least this far from 0 and 1, a positive mean at least this.
const RAREST: f64 = 1e-6;
/// Where a Poisson step would shoot over: XGBoost's and LightGBM's `max_delta_step`.
const POISSON_STEP: f64 = 0.7;
/// Links of means are multiples of this, so that means from sums in fixed point begin alike.
const LINK_GRID: f64 = 1.0 / 65_536.0;

/// The loss of a prediction, as a function of its margin: of what the trees add up to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Objective {
    /// Log loss of 0/1 labels; the margin is the logit.
    Logistic,
    /// Half the squared difference; the margin is the prediction.
    Squared,
    /// Poisson likelihood of counts and rates, not below 0; the margin is the logarithm.
    ///
    /// The second derivative is multiplied by e^0.7, which damps the steps (`max_delta_step` of
    /// XGBoost and LightGBM).
    Poisson,
    /// Gamma likelihood of amounts over 0; the margin is the logarithm.
    Gamma,
    /// Tweedie likelihood of amounts not below 0, many of them 0; the margin is the logarithm.
    Tweedie {
        /// The variance is proportional to this power of the mean: over 1, below 2.
        power: f64,
    },
}

/// The loss of one row at a margin, and its derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// First derivative.
    pub g: f64,
    /// Second derivative, or a bound of it: never below 0.
    pub h: f64,
    /// The loss. What depends on the label alone is left out.
    pub loss: f64,
}

impl Objective {
    /// Gives the objective's name.
    pub fn name(self) -> &'static str {
        match self {
            Objective::Logistic => "logistic",
            Objective::Squared => "squared",
            Objective::Poisson => "poisson",
            Objective::Gamma => "gamma",
            Objective::Tweedie { .. } => "tweedie",
        }
    }

    /// Says whether its power, if it has one, lies between 1 and 2.
    pub(crate) fn is_defined(self) -> bool {
        match self {
            Objective::Tweedie { power } => power > 1.0 && power < 2.0,
            _ => true,
        }
    }

    /// Says whether `label` is one that the objective has a loss for.
    pub fn allows(self, label: f64) -> bool {
        label.is_finite()
            && match self {
                Objective::Logistic => [0.0, 1.0].contains(&label),
                Objective::Squared => true,
                Objective::Poisson | Objective::Tweedie { .. } => label >= 0.0,
                Objective::Gamma => label > 0.0,
            }
    }

    /// Gives the margin at which the fit begins, where `mean` is the (weighted) mean of the labels.
    ///
    /// It is rounded: to 2^-16 as a logit or logarithm, to 24 significant bits otherwise.
    pub fn base_score(self, mean: f64) -> f64 {
        match self {
            Objective::Squared => shortened(mean),
            Objective::Logistic => {
                let mean = mean.clamp(RAREST, 1.0 - RAREST);
                on_grid((mean / (1.0 - mean)).ln())
            }
            Objective::Poisson | Objective::Gamma | Objective::Tweedie { .. } => {
                on_grid(mean.max(RAREST).ln())
            }
        }
    }

    /// Gives what no |g| and no h of a row of weight 1 exceeds, where there is such a bound.
    pub(crate) fn steepest(self) -> [Option<f64>; 2] {
        match self {
            Objective::Logistic => [Some(1.0), Some(0.25)],
            Objective::Squared => [None, Some(1.0)],
            Objective::Poisson | Objective::Gamma | Objective::Tweedie { .. } => [None; 2],
        }
    }

    /// Gives how far a leaf may lead, before the learning rate, if margins are links of means: from
    /// one end of what counts of them to the other. Where they are means, labels bound it.
    pub(crate) fn longest_step(self) -> Option<f64> {
        (self != Objective::Squared).then_some(2.0 * STEEPEST)
    }

    /// Gives the mean of the label at a margin.
    pub fn mean(self, margin: f64) -> f64 {
        match self {
            Objective::Logistic => 1.0 / (1.0 + (-margin).exp()),
            Objective::Squared => margin,
            Objective::Poisson | Objective::Gamma | Objective::Tweedie { .. } => margin.exp(),
        }
    }

    /// Gives the derivatives of the loss of `label` at a margin, bit for bit those of
    /// [`slope`](Objective::slope), for less where the loss takes a logarithm.
    #[inline]
    pub(crate) fn derivatives(self, label: f64, margin: f64) -> (f64, f64) {
        if self == Objective::Logistic {
            let Chance { p, h, .. } = Chance::at(margin);
            return (p - label, h);
        }
        let Slope { g, h, .. } = self.slope(label, margin);
        (g, h)
    }

    /// Gives the loss of `label` at a margin and its derivatives.
    #[inline]
    pub fn slope(self, label: f64, margin: f64) -> Slope {
        match self {
            Objective::Logistic => logistic(label, margin),
            Objective::Squared => {
                let g = margin - label;
                Slope {
                    g,
                    h: 1.0,
                    loss: g * g / 2.0,
                }
            }
            Objective::Poisson => {
                let mean = limited(margin).exp();
                Slope {
                    g: mean - label,
                    h: mean * POISSON_STEP.exp(),
                    loss: mean - label * limited(margin),
                }
            }
            Objective::Gamma => {
                let ratio = label * (-limited(margin)).exp();
                Slope {
                    g: 1.0 - ratio,
                    h: ratio,
                    loss: limited(margin) + ratio,
                }
            }
            Objective::Tweedie { power } => {
                let (a, b) = (1.0 - power, 2.0 - power);
                let label_part = label * (a * limited(margin)).exp();
                let mean_part = (b * limited(margin)).exp();
                Slope {
                    g: mean_part - label_part,
                    h: b * mean_part - a * label_part,
                    loss: mean_part / b - label_part / a,
                }
            }
        }
    }
}

/// The chance of a 1 at a margin.
struct Chance {
    p: f64,
    h: f64,
    /// The exponential of the margin's size, below 0.
    small: f64,
}

impl Chance {
    #[inline]
    fn at(margin: f64) -> Chance {
        let small = (-margin.abs()).exp();
        let nearer = 1.0 / (1.0 + small);
        let p = if margin >= 0.0 {
            nearer
        } else {
            small * nearer
        };
        let h = small * nearer * nearer;
        Chance { p, h, small }
    }
}

#[inline]
fn logistic(label: f64, margin: f64) -> Slope {
    let Chance { p, h, small } = Chance::at(margin);
    Slope {
        g: p - label,
        h,
        loss: margin.max(0.0) - label * margin + small.ln_1p(),
    }
}

fn limited(margin: f64) -> f64 {
    margin.clamp(-STEEPEST, STEEPEST)
}

/// Rounds to 24 significant bits.
fn shortened(mean: f64) -> f64 {
    let scaled = mean * f64::from((1 << 29) + 1);
    // Veltkamp's splitting, as in Dekker, A floating-point technique (Numer. Math. 18, 1971).
    scaled - (scaled - mean)
}

fn on_grid(link: f64) -> f64 {
    (link / LINK_GRID).round() * LINK_GRID
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn derivatives_alone_are_those_with_the_loss(label in 0.0..1.0_f64, margin in -40.0..40.0_f64) {
            for objective in [
                Objective::Logistic,
                Objective::Squared,
                Objective::Poisson,
                Objective::Gamma,
                Objective::Tweedie { power: 1.5 },
            ] {
                let Slope { g, h, .. } = objective.slope(label, margin);
                prop_assert_eq!(objective.derivatives(label, margin), (g, h));
            }
        }
    }
}
