//! Newton's steps, or Fisher's where the link is not canonical, with halving.

use crate::{
    Design, Failure, Family, Fit, Regression, Sums,
    fit::Course,
    moments::Moments,
    solve::{Cholesky, Dependent, Symmetric},
    steps,
    training::{Cohort, Point},
};

/// Below this share of a step nothing better will come.
pub(crate) const SMALLEST_SHARE: f64 = 1.0 / 1024.0;
/// A step that changes no standardised coefficient by more, in relation to the largest, is the
/// last one; it is taken without another look.
const SMALL_CHANGE: f64 = 1e-7;
/// A gradient is zero within this share of the square root of its information.
const SMALL_GRADIENT: f64 = 1e-6;
/// Where a whole step gains less loss than this, and is longer than this in relation to the
/// largest coefficient, the likelihood is flat.
const FLAT_GAIN: f64 = 1e-6;
const FLAT_STEP: f64 = 1e-3;
/// Less than this share of a column's information is left when its labels are separated.
const COLLAPSED: f64 = 1e-3;

/// What is to be done at a point.
pub(crate) enum Verdict {
    /// The fit is done: it has converged, or this was the last of the steps agreed on.
    Ended(Fit),
    /// A step is to be tried.
    Step(Vec<f64>),
}

/// Gives the coefficients of the model without features.
pub(crate) fn start(regression: &Regression, design: &Design, moments: &Moments<'_>) -> Vec<f64> {
    let family = regression.specification().family;
    let mut coefficients = vec![0.0; design.coefficients()];
    coefficients[0] = match family {
        // Their labels are in units about their mean.
        Family::Gaussian | Family::Gamma => 0.0,
        Family::Logistic | Family::Poisson => family.link(moments.mean_label()),
    };
    coefficients
}

/// Gives the point at a share of a step.
pub(crate) fn along(from: &[f64], step: &[f64], share: f64) -> Vec<f64> {
    from.iter()
        .zip(step)
        .map(|(from, by)| from + share * by)
        .collect()
}

fn diagonal(matrix: &Symmetric) -> Vec<f64> {
    (0..matrix.order())
        .map(|place| matrix.at(place, place))
        .collect()
}

/// Says whether a candidate's penalised loss is not above that of the point reached.
pub(crate) fn is_better(regression: &Regression, candidate: &Point, reached: &Point) -> bool {
    let before = objective(regression, reached);
    // What rounding to whole quanta, and floating point, may add to the difference.
    let blur = quantum(regression, &candidate.sums, steps::LOSS) + 1e-12 * before.abs();
    candidate.sums.beyond == 0 && objective(regression, candidate) <= before + blur
}

/// Solves for the next step and says whether it is still worth a look.
pub(crate) fn judge(
    regression: &Regression,
    cohort: &mut Cohort,
    at: &Point,
) -> Result<Verdict, Failure> {
    let (gradient, information) = penalised(regression, at);
    let name = |place| cohort.design.names(regression).swap_remove(place);
    let factor = match Cholesky::new(&information) {
        Ok(factor) => factor,
        Err(Dependent(place)) if cohort.updates == 0 => {
            return Err(Failure::Collinear {
                column: name(place),
            });
        }
        // What was there at first has gone, so it is no matter of the columns alone.
        Err(_) => {
            return Err(Failure::Separation {
                column: name(steepest(&at.coefficients)),
            });
        }
    };
    let step: Vec<f64> = factor.solve(&gradient).into_iter().map(|by| -by).collect();
    let gain: f64 = step
        .iter()
        .zip(&gradient)
        .map(|(by, slope)| -by * slope)
        .sum();
    let change = largest(&step) / largest(&at.coefficients).max(1.0);
    if gain < FLAT_GAIN && change > FLAT_STEP && cohort.has_collapsed(&factor) {
        return Err(Failure::Separation {
            column: name(steepest(&step)),
        });
    }
    if cohort.updates == 0 {
        cohort.first_information = information_alone(&factor);
    }
    let blur = quantum(regression, &at.sums, steps::GRADIENT);
    let lost_in_blur = largest(&gradient) <= blur;
    let is_flat = gradient
        .iter()
        .zip(diagonal(&information))
        .all(|(slope, weight)| slope.abs() <= blur.max(SMALL_GRADIENT * weight.sqrt()));
    let has_converged = is_flat && change <= SMALL_CHANGE || lost_in_blur;
    let updates = cohort.updates + 1;
    if !has_converged && regression.specification().steps != Some(updates) {
        return Ok(Verdict::Step(step));
    }
    let course = Course {
        updates,
        sums: cohort.opened,
        contributors: cohort.contributors.clone(),
    };
    let last = along(&at.coefficients, &step, 1.0);
    let design = cohort.design.clone();
    Ok(Verdict::Ended(Fit::new(
        regression, design, &last, &at.sums, &factor, course,
    )))
}

/// Gives gradient and expected second derivatives of the penalised loss.
fn penalised(regression: &Regression, at: &Point) -> (Vec<f64>, Symmetric) {
    let penalty = regression.specification().penalty;
    let mut gradient = at.sums.gradient.clone();
    let mut information = at.sums.fisher.clone();
    for (place, coefficient) in at.coefficients.iter().enumerate().skip(1) {
        gradient[place] += penalty * coefficient;
        information.add_to_diagonal(place, penalty);
    }
    (gradient, information)
}

pub(crate) fn largest(numbers: &[f64]) -> f64 {
    numbers
        .iter()
        .fold(0.0, |most, number| most.max(number.abs()))
}

/// Names what it means that even a small part of a step leads beyond the caps.
pub(crate) fn out_of_reach(regression: &Regression, design: &Design, step: &[f64]) -> Failure {
    match regression.specification().family {
        // Their fitted means have ends, which only separated labels are drawn to.
        Family::Logistic => Failure::Separation {
            column: design.names(regression).swap_remove(steepest(step)),
        },
        Family::Gaussian | Family::Poisson | Family::Gamma => Failure::BeyondCaps,
    }
}

fn objective(regression: &Regression, at: &Point) -> f64 {
    at.sums.loss + penalty(regression, &at.coefficients)
}

/// Gives `λ/2 · ‖w‖²`, the intercept aside.
pub(crate) fn penalty(regression: &Regression, coefficients: &[f64]) -> f64 {
    let squares: f64 = coefficients.iter().skip(1).map(|b| b * b).sum();
    regression.specification().penalty / 2.0 * squares
}

/// Gives how far rounding may move a sum at a position.
fn quantum(regression: &Regression, sums: &Sums, position: usize) -> f64 {
    let encoding = steps::encoding(regression, sums.gradient.len());
    let quantum = encoding
        .ok()
        .and_then(|encoding| encoding.quanta().nth(position));
    quantum.unwrap_or_default() * regression.specification().most_contributors as f64
}

impl Cohort {
    /// Says whether some column has lost nearly all of the information it had at first, as
    /// happens when fitted means run towards 0 or 1.
    fn has_collapsed(&self, factor: &Cholesky) -> bool {
        let now = information_alone(factor);
        now.iter()
            .zip(&self.first_information)
            .any(|(now, first)| *now < COLLAPSED * first)
    }
}

/// Gives what is told about each coefficient when the others are unknown too.
fn information_alone(factor: &Cholesky) -> Vec<f64> {
    diagonal(&factor.inverse())
        .into_iter()
        .map(f64::recip)
        .collect()
}

/// Gives the place of the largest slope, the intercept aside.
pub(crate) fn steepest(coefficients: &[f64]) -> usize {
    let slopes = coefficients.iter().enumerate().skip(1);
    slopes
        .max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()))
        .map_or(0, |(place, _)| place)
}
