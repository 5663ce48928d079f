//! What others see of a table's risks.

use serde::Serialize;

use crate::{Curve, Risks};

/// The sizes at which the bands of the smallest class begin; 5, 11 and 20 as in [`STEPS`](crate::STEPS). None holds
/// one size alone.
const SIZES: [u64; 7] = [1, 5, 11, 20, 50, 100, 1000];

/// The probabilities between which a risk is told: one of 1000, 100, 20, 11, 5, 3 and 2.
const PROBABILITIES: [f64; 7] = [0.001, 0.01, 0.05, 1.0 / 11.0, 0.2, 1.0 / 3.0, 0.5];

/// A number, told as two between which it lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Band {
    /// It is no less.
    pub from: f64,
    /// It is no more; none where nobody says.
    pub to: Option<f64>,
}

/// A table's risks as others see them: how near to the edge of a step a number lies isn't told.
///
/// # Security
///
/// A curve or an exact risk over time tells when a single row came or went. A band changes rarely, but
/// where it does, that a number passed an edge is told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bands {
    /// Rows of the smallest class.
    pub smallest_class: Band,
    /// The share of rows that are alone in their class.
    pub uniqueness: Band,
    /// A prosecutor's risk in the mean.
    pub prosecutor: Band,
    /// The share of rows at risk from a prosecutor.
    pub at_risk: Band,
    /// The share of rows that a marketer finds again.
    pub marketer: Band,
}

impl Bands {
    /// Puts what was measured into bands.
    pub fn of(curve: &Curve, risks: &Risks) -> Bands {
        Bands {
            smallest_class: sized(curve.smallest),
            uniqueness: probable(curve.uniqueness),
            prosecutor: probable(risks.prosecutor.average),
            at_risk: probable(risks.prosecutor.at_risk),
            marketer: probable(risks.marketer),
        }
    }
}

fn sized(size: u64) -> Band {
    let from = SIZES.iter().rfind(|step| **step <= size).copied();
    let to = SIZES.iter().find(|step| **step > size);
    Band {
        from: from.unwrap_or(0) as f64,
        to: to.map(|step| (step - 1) as f64),
    }
}

fn probable(probability: f64) -> Band {
    let below = PROBABILITIES.iter().rfind(|it| **it < probability);
    let above = PROBABILITIES.iter().find(|it| **it >= probability);
    Band {
        from: below.copied().unwrap_or(0.0),
        to: Some(above.copied().unwrap_or(1.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_band_is_a_number() {
        assert!((1..2000).all(|size| {
            let Band { from, to } = sized(size);
            to.is_none_or(|to| to > from)
        }));
    }

    #[test]
    fn numbers_lie_in_their_bands() {
        for (size, from, to) in [
            (1, 1.0, 4.0),
            (4, 1.0, 4.0),
            (7, 5.0, 10.0),
            (11, 11.0, 19.0),
        ] {
            let band = Band { from, to: Some(to) };
            assert_eq!(sized(size), band, "{size}");
        }
        assert_eq!(
            sized(5_000),
            Band {
                from: 1_000.0,
                to: None
            }
        );
        assert_eq!(
            probable(0.0),
            Band {
                from: 0.0,
                to: Some(0.001)
            }
        );
        assert_eq!(
            probable(0.05),
            Band {
                from: 0.01,
                to: Some(0.05)
            }
        );
        assert_eq!(
            probable(1.0),
            Band {
                from: 0.5,
                to: Some(1.0)
            }
        );
    }
}
