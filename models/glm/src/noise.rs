//! Differential privacy of a logistic regression: noise on its sums.
//!
//! docs/protocols/glm-noise.md. Every contributor scales long rows down, adds up integers and adds
//! discrete Gaussian noise before the masks (Kairouz, Liu and Steinke, ICML 2021). Columns are scaled
//! by their declared ranges, so that the design tells nothing of rows; the information at the first
//! candidate bounds that at every other (Böhning and Lindsay, AISM 40, 1988), so that it is asked for
//! once and no loss is needed to take whole steps.

mod descent;
mod release;

pub use descent::Descent;
pub(crate) use release::Release;

use consilium_base::noise::rho;
use serde::{Deserialize, Serialize};

use crate::{BadSpecification, Candidate, Family, Specification, solve::triangle};

/// The least privacy loss: with less, the noise has no room beside the sums.
pub const LEAST_EPSILON: f64 = 1e-3;
/// The longest rows that are not scaled down.
pub const MOST_CLIP: f64 = 100.0;

/// How much the sums of a fit may tell of one row.
///
/// # Security
///
/// Everything that is made of a fit's sums is (ε, δ)-differentially private for adding or leaving out
/// one row, towards whoever does not know the noise of the `honest`. Nothing is promised of several
/// rows of one patient, of what a study tells beside its fit, nor of several studies together: no
/// ledger adds up yet what they have used.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// ε, [`LEAST_EPSILON`] and more.
    pub epsilon: f64,
    /// δ, above 0 and at most a half.
    pub delta: f64,
    /// The Euclidean norm, intercept included, to which longer scaled rows are brought; above 0, at most
    /// [`MOST_CLIP`].
    pub clip: f64,
    /// The fewest contributors of a sum that add their noise and don't tell it, at least 1.
    pub honest: usize,
}

impl Noise {
    /// Checks it against the rest of a regression.
    pub(crate) fn check(&self, of: &Specification) -> Result<(), BadSpecification> {
        if of.family != Family::Logistic {
            return Err(BadSpecification::NoiseFamily {
                family: of.family.name(),
            });
        }
        if of.steps.is_none() {
            return Err(BadSpecification::NoiseSteps);
        }
        // NaN is in no range.
        let is_sane = (LEAST_EPSILON..f64::INFINITY).contains(&self.epsilon)
            && (f64::MIN_POSITIVE..=0.5).contains(&self.delta)
            && (f64::MIN_POSITIVE..=MOST_CLIP).contains(&self.clip)
            && (1..=of.most_contributors).contains(&self.honest);
        if is_sane {
            Ok(())
        } else {
            Err(BadSpecification::NoiseTerms)
        }
    }

    /// Gives ρ of zero-concentrated differential privacy for each of so many releases, which add up, each
    /// after those before it (Bun and Steinke, lemma 2.3).
    fn rho_of_each(&self, releases: u32) -> f64 {
        rho(self.epsilon, self.delta) / f64::from(releases)
    }
}

/// Gives the length of the vector that is added up for so many coefficients: in the first sum of a fit
/// with the information, later without.
pub fn sums_len(coefficients: usize, is_first: bool) -> usize {
    coefficients + if is_first { triangle(coefficients) } else { 0 }
}

/// Says whether a candidate is the first one, under which the information is asked for.
fn is_first(candidate: &Candidate) -> bool {
    candidate.coefficients.iter().all(|at| *at == 0.0)
}

/// Gives the length of the vector that is added up under a candidate.
pub(crate) fn len(candidate: &Candidate) -> usize {
    sums_len(candidate.coefficients.len(), is_first(candidate))
}

/// Says whether noise is added up in the sum of that place under a candidate, of so many steps: each
/// step takes one sum, and only the first one is asked for the information.
pub(crate) fn is_due(candidate: &Candidate, place: u32, steps: Option<u32>) -> bool {
    steps.is_some_and(|steps| place < steps) && is_first(candidate) == (place == 0)
}
