//! The steps that sums with noise lead to.

use consilium_secagg::{Opened, SumNumber};
use serde::{Deserialize, Serialize};

use super::Release;
use crate::{
    Candidate, Design, Failure, Fit, Regression, Training,
    fit::{Course, Spread},
    newton::largest,
    solve::{Cholesky, Symmetric},
};

/// So many standard deviations above its mean the noise's largest eigenvalue is once in ninety times.
const MARGIN: f64 = 3.0;
/// Coefficients beyond this are no model any more.
const LARGEST_COEFFICIENT: f64 = 1e6;

/// A fit by sums with noise on its way.
///
/// All that it holds is made of opened sums, and so as private as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Descent {
    /// The candidate whose sums are awaited; the first is zero.
    pub(crate) candidate: Candidate,
    /// Second derivatives that are at least those of the penalised loss at any candidate; those of the
    /// penalty alone before the first sum.
    curvature: Symmetric,
    /// Rows of all parties, as the noised information tells.
    rows: u64,
    /// Steps taken.
    updates: u32,
}

impl Descent {
    /// Begins at zero.
    pub(crate) fn begin(regression: &Regression) -> Descent {
        let design = Design::by_ranges(regression);
        let order = design.coefficients();
        Descent {
            candidate: Candidate {
                design,
                coefficients: vec![0.0; order],
            },
            curvature: Symmetric::zero(order),
            rows: 0,
            updates: 0,
        }
    }

    /// Gives the number of steps taken.
    pub fn updates(&self) -> u32 {
        self.updates
    }

    /// Takes a step by the sum that was awaited.
    pub(crate) fn advance(
        mut self,
        regression: &Regression,
        sum: SumNumber,
        opened: &Opened,
    ) -> Result<Training, Failure> {
        let spec = regression.specification();
        let release = Release::new(regression, &self.candidate);
        let release = release.ok().flatten().ok_or(Failure::Implausible)?;
        let (mut gradient, information) = release.read(&opened.sum)?;
        if !information.is_empty() {
            let information = Symmetric::new(gradient.len(), information);
            self.rows = rows_of(&information);
            let noise = release.deviation_of_information(opened.contributors.len());
            self.curvature = damped(regression, information, noise)?;
        }
        for (slope, at) in gradient
            .iter_mut()
            .zip(&self.candidate.coefficients)
            .skip(1)
        {
            *slope += spec.penalty * at;
        }
        let factor = Cholesky::new(&self.curvature).map_err(|_| Failure::Implausible)?;
        let step = factor.solve(&gradient);
        for (at, by) in self.candidate.coefficients.iter_mut().zip(step) {
            *at -= by;
        }
        self.updates += 1;
        // NaN is in no range.
        if !(0.0..=LARGEST_COEFFICIENT).contains(&largest(&self.candidate.coefficients)) {
            return Err(Failure::BeyondCaps);
        }
        if spec.steps == Some(self.updates) {
            return Ok(Training::Done(Box::new(self.fit(regression, opened))));
        }
        Ok(Training::Noised {
            sum: SumNumber(sum.0 + 1),
            descent: self,
        })
    }

    /// Draws up the fit; nothing is known of its errors, in which the noise is the larger part.
    fn fit(self, regression: &Regression, opened: &Opened) -> Fit {
        let spread = Spread {
            errors: vec![f64::INFINITY; self.candidate.coefficients.len()],
            dispersion: 1.0,
        };
        let course = Course {
            updates: self.updates,
            sums: self.updates,
            contributors: opened.contributors.clone(),
        };
        let Candidate {
            design,
            coefficients,
        } = self.candidate;
        let estimated = (&coefficients[..], &spread);
        Fit::with(regression, design, estimated, self.rows, course)
    }
}

/// Reads the number of rows off the intercept's information, which is a fourth for each that is not
/// scaled down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float that is none of the type's numbers becomes the nearest of them"
)]
fn rows_of(information: &Symmetric) -> u64 {
    (4.0 * information.at(0, 0)).round() as u64
}

/// Adds the penalty, and as much to the diagonal as the noise may have taken from any eigenvalue.
///
/// The largest eigenvalue of noise of the standard deviation σ on the diagonal and σ/√2 off it is
/// σ√(2q) for q rows in the mean, and tσ above it with a probability of at most exp(−t²/2) (Davidson
/// and Szarek, Handbook of the Geometry of Banach Spaces, 2001). More is added where that was not
/// enough.
fn damped(
    regression: &Regression,
    information: Symmetric,
    deviation: f64,
) -> Result<Symmetric, Failure> {
    let order = information.order();
    let mut curvature = information;
    for place in 1..order {
        curvature.add_to_diagonal(place, regression.specification().penalty);
    }
    let mut damping = deviation * ((2.0 * order as f64).sqrt() + MARGIN);
    while damping.is_finite() {
        for place in 0..order {
            curvature.add_to_diagonal(place, damping);
        }
        if Cholesky::new(&curvature).is_ok() {
            return Ok(curvature);
        }
        damping *= 2.0;
    }
    Err(Failure::Implausible)
}
