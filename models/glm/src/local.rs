//! A fit over rows that lie in one place: one party's own, or all of them in a simulation.
//!
//! Another way than the federated one on purpose, so that the two can be held against each
//! other: deviations in two passes, and each step a least-squares problem over the rows, solved
//! by orthogonalisation and not from sums of products.

use crate::{
    Centre, Design, Failure, Family, Fit, Regression, Sums, Table, Term,
    fit::Course,
    newton::{self, steepest},
    solve::{Cholesky, Symmetric},
    specification::ConstantColumns,
};

const MOST_STEPS: u32 = 200;
/// A step that changes no coefficient by more, in relation to the largest, is the last.
const SMALL_CHANGE: f64 = 1e-12;
/// What is left of a column after those before it, as a share: less counts as nothing.
const PIVOT: f64 = 1e-10;
/// Beyond this the loss gains nothing, and coefficients that still run away are separated.
const FLAT_GAIN: f64 = 1e-8;
const FLAT_STEP: f64 = 1e-3;

/// Fits the rows of all `tables` together.
///
/// Minimum counts are not asked for: nothing leaves the place.
///
/// # Errors
///
/// [`Failure`] says why there is no fit.
pub fn fit(regression: &Regression, tables: &[&Table]) -> Result<Fit, Failure> {
    let rows: Vec<(&[f64], f64)> = tables.iter().flat_map(|table| table.iter()).collect();
    let design = design(regression, &rows)?;
    let problem = Problem::new(regression, &design, &rows);
    let names = || design.names(regression);
    let mut at = problem.start();
    let mut loss = problem.loss(&at).ok_or(Failure::BeyondCaps)?;
    for updates in 1..=MOST_STEPS {
        let step = problem.step(&at).map_err(|column| match updates {
            1 => Failure::Collinear {
                column: names().swap_remove(column),
            },
            _ => Failure::Separation {
                column: names().swap_remove(steepest(&at)),
            },
        })?;
        let largest = at.iter().fold(1.0, |most: f64, b| most.max(b.abs()));
        let change = step.iter().fold(0.0, |most: f64, by| most.max(by.abs()));
        let (next, lower) = problem
            .descend(&at, &step, loss)
            .ok_or_else(|| newton::out_of_reach(regression, &design, &step))?;
        let gain = loss - lower;
        (at, loss) = (next, lower);
        if change <= SMALL_CHANGE * largest {
            let course = Course {
                updates,
                ..Course::default()
            };
            return Ok(problem.conclude(regression, &design, &at, course));
        }
        let is_logistic = regression.specification().family == Family::Logistic;
        if is_logistic && updates > 5 && gain < FLAT_GAIN && change > FLAT_STEP * largest {
            return Err(Failure::Separation {
                column: names().swap_remove(steepest(&step)),
            });
        }
    }
    Err(Failure::NotConverged {
        sums: 0,
        change: f64::NAN,
    })
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

struct Problem {
    family: Family,
    likelihood: crate::Likelihood,
    penalty: f64,
    /// Standardised columns, the intercept first.
    columns: Vec<Vec<f64>>,
    labels: Vec<f64>,
}

impl Problem {
    fn new(regression: &Regression, design: &Design, rows: &[(&[f64], f64)]) -> Problem {
        let order = design.coefficients();
        let mut columns = vec![Vec::with_capacity(rows.len()); order];
        let mut row = vec![0.0; order];
        for (features, _) in rows {
            design.standardise(features, &mut row);
            for (column, value) in columns.iter_mut().zip(&row) {
                column.push(*value);
            }
        }
        Problem {
            family: regression.specification().family,
            likelihood: regression.likelihood(),
            penalty: regression.specification().penalty,
            columns,
            labels: rows.iter().map(|(_, label)| design.label(*label)).collect(),
        }
    }

    fn start(&self) -> Vec<f64> {
        let mean = self.labels.iter().sum::<f64>() / self.labels.len() as f64;
        let mut coefficients = vec![0.0; self.columns.len()];
        coefficients[0] = self.family.link(mean);
        coefficients
    }

    fn predictors(&self, at: &[f64]) -> Vec<f64> {
        let mut predictors = vec![0.0; self.labels.len()];
        for (column, coefficient) in self.columns.iter().zip(at) {
            for (predictor, x) in predictors.iter_mut().zip(column) {
                *predictor += coefficient * x;
            }
        }
        predictors
    }

    /// Gives the penalised loss, unless a row lies beyond the caps.
    fn loss(&self, at: &[f64]) -> Option<f64> {
        let mut loss = self.penalty / 2.0 * at[1..].iter().map(|b| b * b).sum::<f64>();
        for (label, predictor) in self.labels.iter().zip(self.predictors(at)) {
            loss += self.likelihood.row(*label, predictor)?.loss;
        }
        Some(loss)
    }

    /// Solves `min ‖√W (X d) + slope/√W‖² + λ‖w + d‖²` for the step `d`, by Gram and Schmidt on
    /// the columns with the right side appended.
    fn step(&self, at: &[f64]) -> Result<Vec<f64>, usize> {
        let order = self.columns.len();
        let mut target = Vec::new();
        let mut roots = Vec::new();
        for (label, predictor) in self.labels.iter().zip(self.predictors(at)) {
            let terms = self.likelihood.row(*label, predictor);
            let root = terms.map_or(0.0, |terms| terms.weight.sqrt());
            target.push(terms.map_or(0.0, |terms| -terms.slope / root.max(f64::MIN_POSITIVE)));
            roots.push(root);
        }
        let ridge = self.penalty.sqrt();
        target.extend(at[1..].iter().map(|coefficient| -ridge * coefficient));
        let mut basis: Vec<Vec<f64>> = Vec::with_capacity(order);
        let mut upper = vec![vec![0.0; order + 1]; order];
        for (place, column) in self.columns.iter().enumerate() {
            let mut vector: Vec<f64> = column
                .iter()
                .zip(&roots)
                .map(|(x, root)| x * root)
                .collect();
            vector.extend((1..order).map(|other| if other == place { ridge } else { 0.0 }));
            let whole = norm(&vector);
            // Twice is enough: what the first pass leaves by rounding, the second takes.
            for _ in 0..2 {
                for (earlier, unit) in basis.iter().enumerate() {
                    upper[earlier][place] += project_out(&mut vector, unit);
                }
            }
            let rest = norm(&vector);
            if rest * rest <= PIVOT * whole * whole || !rest.is_finite() {
                return Err(place);
            }
            upper[place][place] = rest;
            for x in &mut vector {
                *x /= rest;
            }
            upper[place][order] = project_out(&mut target, &vector);
            basis.push(vector);
        }
        let mut step = vec![0.0; order];
        for row in (0..order).rev() {
            let known: f64 = (row + 1..order).map(|k| upper[row][k] * step[k]).sum();
            step[row] = (upper[row][order] - known) / upper[row][row];
        }
        Ok(step)
    }

    fn descend(&self, at: &[f64], step: &[f64], loss: f64) -> Option<(Vec<f64>, f64)> {
        let blur = 1e-12 * (1.0 + loss.abs());
        let shares = std::iter::successors(Some(1.0), |share| Some(share / 2.0)).take(30);
        for share in shares {
            let next: Vec<f64> = at
                .iter()
                .zip(step)
                .map(|(at, by)| at + share * by)
                .collect();
            if let Some(lower) = self.loss(&next).filter(|lower| *lower <= loss + blur) {
                return Some((next, lower));
            }
        }
        None
    }

    fn conclude(
        &self,
        regression: &Regression,
        design: &Design,
        at: &[f64],
        course: Course,
    ) -> Fit {
        let order = at.len();
        let mut upper = vec![0.0; crate::solve::triangle(order)];
        let mut pearson = 0.0;
        for (row, (label, predictor)) in self.labels.iter().zip(self.predictors(at)).enumerate() {
            let Some(terms) = self.likelihood.row(*label, predictor) else {
                continue;
            };
            pearson += terms.pearson;
            let mut place = 0;
            for first in 0..order {
                for second in first..order {
                    upper[place] +=
                        terms.weight * self.columns[first][row] * self.columns[second][row];
                    place += 1;
                }
            }
        }
        let fisher = Symmetric::new(order, upper);
        let mut information = fisher.clone();
        (1..order).for_each(|place| information.add_to_diagonal(place, self.penalty));
        let factor = Cholesky::new(&information).expect("the last step found it to be regular");
        let (rows, gradient) = (self.labels.len() as u64, vec![0.0; order]);
        let sums = Sums {
            rows,
            beyond: 0,
            loss: 0.0,
            pearson,
            gradient,
            fisher,
        };
        Fit::new(regression, design.clone(), at, &sums, &factor, course)
    }
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Takes `unit`'s part out of `vector` and gives how much it was.
fn project_out(vector: &mut [f64], unit: &[f64]) -> f64 {
    let part: f64 = vector.iter().zip(unit).map(|(x, u)| x * u).sum();
    for (x, u) in vector.iter_mut().zip(unit) {
        *x -= part * u;
    }
    part
}
