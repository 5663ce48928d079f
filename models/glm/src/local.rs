//! A fit over rows that lie in one place: one party's own, or all of them in a simulation.
//!
//! Another way than the federated one on purpose, so that the two can be held against each
//! other: deviations in two passes, and each step a least-squares problem over the rows, solved
//! by orthogonalisation and not from sums of products.

mod orthogonal;
mod problem;

use self::problem::Problem;
use crate::{
    Centre, Design, Failure, Family, Fit, Regression, Table, Term,
    fit::Course,
    newton::{self, largest, steepest},
    solve::Dependent,
    specification::ConstantColumns,
};

const MOST_STEPS: u32 = 200;
/// A step that changes no coefficient by more, in relation to the largest, is the last.
const SMALL_CHANGE: f64 = 1e-12;
/// A step this small that is no smaller than the one before is noise.
const NOISE: f64 = 1e-8;
/// Beyond this the loss gains nothing, and coefficients that still run away are separated.
const FLAT_GAIN: f64 = 1e-8;
const FLAT_STEP: f64 = 1e-3;

/// Fits the rows of all `tables` together, each as much as it counts.
///
/// Minimum counts are not asked for: nothing leaves the place.
///
/// # Errors
///
/// [`Failure`] says why there is no fit.
pub fn fit(regression: &Regression, tables: &[&Table]) -> Result<Fit, Failure> {
    let spec = regression.specification();
    let rows: Vec<(&[f64], f64)> = tables.iter().flat_map(|table| table.iter()).collect();
    let design = design(regression, &rows)?;
    let weights = tables
        .iter()
        .flat_map(|table| std::iter::repeat_n(table.weight().get(), table.rows()));
    let problem = Problem::new(regression, &design, (&rows, weights.collect()));
    let name = |place| design.names(regression).swap_remove(place);
    let has_flat_ends = matches!(spec.family, Family::Logistic | Family::Poisson);
    let mut at = problem.start();
    let mut loss = problem.loss(&at).ok_or(Failure::BeyondCaps)?;
    let mut change = f64::INFINITY;
    for updates in 1..=MOST_STEPS {
        let step = problem.step(&at).map_err(|column| match updates {
            1 => Failure::Collinear {
                column: name(column),
            },
            _ => Failure::Separation {
                column: name(steepest(&at)),
            },
        })?;
        let before = change;
        change = largest(&step) / largest(&at).max(1.0);
        let (next, lower) = problem
            .descend(&at, &step, loss)
            .ok_or_else(|| newton::out_of_reach(regression, &design, &step))?;
        let gain = loss - lower;
        (at, loss) = (next, lower);
        if change <= SMALL_CHANGE || change <= NOISE && change > before / 2.0 {
            let course = Course {
                updates,
                ..Course::default()
            };
            let fit = problem.conclude(regression, &design, &at, course);
            return fit.map_err(|Dependent(place)| Failure::Collinear {
                column: name(place),
            });
        }
        if has_flat_ends && updates > 5 && gain < FLAT_GAIN && change > FLAT_STEP {
            return Err(Failure::Separation {
                column: name(steepest(&step)),
            });
        }
    }
    Err(Failure::NotConverged { sums: 0, change })
}

fn design(regression: &Regression, rows: &[(&[f64], f64)]) -> Result<Design, Failure> {
    let spec = regression.specification();
    let labels: Vec<f64> = rows.iter().map(|(_, label)| *label).collect();
    let label = centre(&labels).ok_or(Failure::ConstantLabel)?;
    let label = match spec.family {
        Family::Gaussian => label,
        Family::Gamma => Centre {
            mean: 0.0,
            deviation: label.mean,
        },
        Family::Logistic | Family::Poisson => Centre {
            mean: 0.0,
            deviation: 1.0,
        },
    };
    let mut terms = Vec::new();
    for (column, declared) in spec.columns.iter().enumerate() {
        let all: Vec<f64> = rows.iter().map(|(features, _)| features[column]).collect();
        let present: Vec<f64> = all
            .iter()
            .copied()
            .filter(|value| !value.is_nan())
            .collect();
        match centre(&present) {
            Some(centre) => terms.push(Term {
                column,
                missing: false,
                centre,
            }),
            None if spec.constant_columns == ConstantColumns::Drop => continue,
            None => {
                return Err(Failure::ConstantColumn {
                    column: declared.name.clone(),
                });
            }
        }
        let marks: Vec<f64> = all.iter().map(|value| f64::from(value.is_nan())).collect();
        if let (true, Some(centre)) = (declared.mark_missing, centre(&marks)) {
            terms.push(Term {
                column,
                missing: true,
                centre,
            });
        }
    }
    let needed = terms.len() as u64 + 2;
    if (rows.len() as u64) < needed {
        return Err(Failure::TooFewRows {
            rows: rows.len() as u64,
            needed,
        });
    }
    Ok(Design { terms, label })
}

/// Gives mean and deviation of values that are not all the same.
fn centre(values: &[f64]) -> Option<Centre> {
    let first = values.first()?;
    if values.iter().all(|value| value.total_cmp(first).is_eq()) {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    Some(Centre {
        mean,
        deviation: (squares / count).sqrt(),
    })
}
