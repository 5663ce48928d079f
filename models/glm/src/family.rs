//! Distributions of the label, with their links.

use consilium_evaluation::Range;
use serde::{Deserialize, Serialize};

/// The distribution of the label, given the features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Normal with identity link: linear regression.
    Gaussian,
    /// Bernoulli with logit link: logistic regression of labels 0 and 1.
    Logistic,
    /// Poisson with log link: counts.
    Poisson,
    /// Gamma with log link: positive amounts such as costs.
    Gamma,
}

/// Linear predictors beyond this are no estimates: `exp(500)` is near the end of `f64`.
const PREDICTOR_CAP: f64 = 500.0;
/// Gaussian fitted values lie within this many standard deviations of the label's mean.
const GAUSSIAN_CAP: f64 = 100.0;
/// A gamma label is at most this many times its fitted mean, which is within `exp(±50)`.
const GAMMA_RATIO_CAP: f64 = 1e4;
const GAMMA_PREDICTOR_CAP: f64 = 50.0;
/// A fitted count is at most this many times the largest label.
const POISSON_CAP: f64 = 100.0;

impl Family {
    /// Says whether `label` is one that the distribution can give.
    pub fn allows(self, label: f64) -> bool {
        label.is_finite()
            && match self {
                Family::Gaussian => true,
                Family::Logistic => [0.0, 1.0].contains(&label),
                Family::Poisson => label >= 0.0 && label.fract() == 0.0,
                Family::Gamma => label > 0.0,
            }
    }

    /// Gives the mean of the label at a linear predictor.
    pub fn mean(self, predictor: f64) -> f64 {
        match self {
            Family::Gaussian => predictor,
            Family::Logistic => 1.0 / (1.0 + (-predictor).exp()),
            Family::Poisson | Family::Gamma => predictor.exp(),
        }
    }

    /// Gives the linear predictor at a mean.
    pub fn link(self, mean: f64) -> f64 {
        match self {
            Family::Gaussian => mean,
            Family::Logistic => (mean / (1.0 - mean)).ln(),
            Family::Poisson | Family::Gamma => mean.ln(),
        }
    }

    /// Says whether the variance has a scale of its own, estimated beside the coefficients.
    pub fn has_dispersion(self) -> bool {
        matches!(self, Family::Gaussian | Family::Gamma)
    }

    /// Gives the family's name.
    pub fn name(self) -> &'static str {
        match self {
            Family::Gaussian => "gaussian",
            Family::Logistic => "logistic",
            Family::Poisson => "poisson",
            Family::Gamma => "gamma",
        }
    }
}

/// What one row adds to the sums of a Newton step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowTerms {
    /// Negative log-likelihood without constants, dispersion one.
    pub loss: f64,
    /// The loss's derivative by the linear predictor.
    pub slope: f64,
    /// The expected second derivative by the linear predictor: the row's working weight.
    pub weight: f64,
    /// Squared Pearson residual where the family has a dispersion, else zero.
    pub pearson: f64,
}

impl RowTerms {
    /// Gives the terms of a row that counts that much.
    pub(crate) fn times(self, weight: f64) -> RowTerms {
        RowTerms {
            loss: weight * self.loss,
            slope: weight * self.slope,
            weight: weight * self.weight,
            pearson: weight * self.pearson,
        }
    }
}

/// A family and how far its rows may lie from their fitted means.
///
/// The caps are far outside of what a fit ends at. A candidate model beyond them is rejected
/// before it is looked at, which is why no sum can overflow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likelihood {
    family: Family,
    largest_label: f64,
}

impl Likelihood {
    /// Takes a family and the range of its labels.
    pub fn new(family: Family, labels: Range) -> Likelihood {
        Likelihood {
            family,
            largest_label: labels.high().max(1.0),
        }
    }

    /// Gives a row's terms, or nothing if the row is beyond the caps.
    ///
    /// Gaussian labels are in standard deviations about their mean, gamma labels in multiples of
    /// their mean.
    #[inline]
    pub fn row(&self, label: f64, predictor: f64) -> Option<RowTerms> {
        match self.family {
            Family::Gaussian => {
                let slope = predictor - label;
                let square = slope * slope;
                (predictor.abs() <= GAUSSIAN_CAP).then_some(RowTerms {
                    loss: 0.5 * square,
                    slope,
                    weight: 1.0,
                    pearson: square,
                })
            }
            Family::Logistic => {
                // One exponential of a negative number: exact at both ends, never infinite.
                let small = (-predictor.abs()).exp();
                let likelier = 1.0 / (1.0 + small);
                let unlikelier = small / (1.0 + small);
                let mean = if predictor >= 0.0 {
                    likelier
                } else {
                    unlikelier
                };
                (predictor.abs() <= PREDICTOR_CAP).then_some(RowTerms {
                    loss: predictor.max(0.0) + small.ln_1p() - label * predictor,
                    slope: mean - label,
                    weight: likelier * unlikelier,
                    pearson: 0.0,
                })
            }
            Family::Poisson => {
                let mean = predictor.exp();
                let fits = mean <= self.largest_mean() && predictor >= -PREDICTOR_CAP;
                fits.then_some(RowTerms {
                    loss: mean - label * predictor,
                    slope: mean - label,
                    weight: mean,
                    pearson: 0.0,
                })
            }
            Family::Gamma => {
                let ratio = label * (-predictor).exp();
                let fits = ratio <= GAMMA_RATIO_CAP && predictor.abs() <= GAMMA_PREDICTOR_CAP;
                fits.then_some(RowTerms {
                    loss: ratio + predictor,
                    slope: 1.0 - ratio,
                    weight: 1.0,
                    pearson: (ratio - 1.0) * (ratio - 1.0),
                })
            }
        }
    }

    /// Gives the largest absolute values of a row's terms within the caps.
    ///
    /// For the Gaussian family they hold on average over all rows of the study, since the labels'
    /// squares add up to the number of rows.
    pub fn largest(&self) -> RowTerms {
        match self.family {
            Family::Gaussian => {
                let square = 2.0 * (1.0 + GAUSSIAN_CAP * GAUSSIAN_CAP);
                RowTerms {
                    loss: square / 2.0,
                    slope: square.sqrt(),
                    weight: 1.0,
                    pearson: square,
                }
            }
            Family::Logistic => RowTerms {
                loss: PREDICTOR_CAP + std::f64::consts::LN_2,
                slope: 1.0,
                weight: 0.25,
                pearson: 0.0,
            },
            Family::Poisson => RowTerms {
                loss: self.largest_mean() + self.largest_label * PREDICTOR_CAP,
                slope: self.largest_mean(),
                weight: self.largest_mean(),
                pearson: 0.0,
            },
            Family::Gamma => RowTerms {
                loss: GAMMA_RATIO_CAP + GAMMA_PREDICTOR_CAP,
                slope: GAMMA_RATIO_CAP,
                weight: 1.0,
                pearson: GAMMA_RATIO_CAP * GAMMA_RATIO_CAP,
            },
        }
    }

    fn largest_mean(&self) -> f64 {
        POISSON_CAP * self.largest_label
    }
}
