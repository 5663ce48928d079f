//! The loss over rows and the steps that lower it.

use super::orthogonal::least_squares;
use crate::{
    Design, Family, Fit, Likelihood, Regression, RowTerms, Sums,
    fit::Course,
    solve::{Cholesky, Dependent, Symmetric, triangle},
};

/// A family's penalised loss over standardised rows.
pub(super) struct Problem {
    family: Family,
    likelihood: Likelihood,
    penalty: f64,
    /// Standardised columns, the intercept first.
    columns: Vec<Vec<f64>>,
    labels: Vec<f64>,
    /// How much each row counts.
    weights: Vec<f64>,
}

impl Problem {
    /// Standardises the rows, which count as much as `weights` say.
    pub(super) fn new(
        regression: &Regression,
        design: &Design,
        (rows, weights): (&[(&[f64], f64)], Vec<f64>),
    ) -> Problem {
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
            weights,
        }
    }

    /// Gives each row's terms at a point, as much as it counts; none beyond the caps.
    fn terms(&self, at: &[f64]) -> impl Iterator<Item = Option<RowTerms>> {
        let rows = self.labels.iter().zip(self.predictors(at));
        let counted = |((label, predictor), weight): ((&f64, f64), &f64)| {
            let terms = self.likelihood.row(*label, predictor)?;
            Some(terms.times(*weight))
        };
        rows.zip(&self.weights).map(counted)
    }

    /// Gives the coefficients of the model without features.
    pub(super) fn start(&self) -> Vec<f64> {
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
    pub(super) fn loss(&self, at: &[f64]) -> Option<f64> {
        let mut loss = self.penalty / 2.0 * at[1..].iter().map(|b| b * b).sum::<f64>();
        for terms in self.terms(at) {
            loss += terms?.loss;
        }
        Some(loss)
    }

    /// Solves `min ‖√W (X d) + slope/√W‖² + λ‖w + d‖²` for the step `d`, or gives the place of a
    /// column that is a linear combination of those before it.
    pub(super) fn step(&self, at: &[f64]) -> Result<Vec<f64>, usize> {
        let order = self.columns.len();
        let mut target = Vec::new();
        let mut roots = Vec::new();
        for terms in self.terms(at) {
            let root = terms.map_or(0.0, |terms| terms.weight.sqrt());
            target.push(terms.map_or(0.0, |terms| -terms.slope / root.max(f64::MIN_POSITIVE)));
            roots.push(root);
        }
        let ridge = self.penalty.sqrt();
        target.extend(at[1..].iter().map(|coefficient| -ridge * coefficient));
        let weighted = self.columns.iter().enumerate().map(|(place, column)| {
            let mut column: Vec<f64> = column
                .iter()
                .zip(&roots)
                .map(|(x, root)| x * root)
                .collect();
            column.extend((1..order).map(|other| if other == place { ridge } else { 0.0 }));
            column
        });
        least_squares(weighted.collect(), target)
    }

    /// Gives the first point along a step, halved as often as need be, that is not worse.
    pub(super) fn descend(&self, at: &[f64], step: &[f64], loss: f64) -> Option<(Vec<f64>, f64)> {
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

    /// Draws up the fit at the optimum.
    pub(super) fn conclude(
        &self,
        regression: &Regression,
        design: &Design,
        at: &[f64],
        course: Course,
    ) -> Result<Fit, Dependent> {
        let order = at.len();
        let mut upper = vec![0.0; triangle(order)];
        let mut pearson = 0.0;
        for (row, terms) in self.terms(at).enumerate() {
            let Some(terms) = terms else {
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
        let factor = Cholesky::new(&information)?;
        let (rows, gradient) = (self.labels.len() as u64, vec![0.0; order]);
        let sums = Sums {
            rows,
            beyond: 0,
            loss: 0.0,
            pearson,
            gradient,
            fisher,
        };
        Ok(Fit::new(
            regression,
            design.clone(),
            at,
            &sums,
            &factor,
            course,
        ))
    }
}
