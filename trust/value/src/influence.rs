//! What own rows are worth, computed at home from what all are told.

use consilium_glm::{
    Candidate, Likelihood, Regression, Sums, Table,
    solve::{Cholesky, Symmetric, dot},
};
use serde::{Deserialize, Serialize};

use crate::{Failure, Value};

/// The least penalty by which rows of few institutions are fitted: where they leave a coefficient
/// undetermined, the penalty does. It is what scikit-learn takes where nothing is said (`C = 1`).
pub const LEAST_PENALTY: f64 = 1.0;

/// What all contributors are told: sums over all, from which none can be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Rows that the model was fitted to.
    pub rows: u64,
    /// Rows by which it is judged.
    pub judged_rows: u64,
    /// Deviance of the judged rows under the model.
    pub deviance: f64,
    /// The same under their mean alone.
    pub null_deviance: f64,
    /// Dispersion of the judged rows; 1 where the family has none.
    pub dispersion: f64,
    /// `(H + P)⁻¹ g_v`: where the coefficients would go to meet the judged rows less well.
    pub direction: Vec<f64>,
}

impl Totals {
    /// Gives by how much the model lowers the deviance of the judged rows.
    pub fn explained(&self) -> f64 {
        self.null_deviance - self.deviance
    }

    /// Says whether these can be totals of a fit by `rows` rows with so many coefficients.
    pub(crate) fn suits(&self, coefficients: usize) -> bool {
        let numbers = [self.deviance, self.null_deviance, self.dispersion];
        self.direction.len() == coefficients
            && self.rows > 0
            && self.judged_rows > 0
            && numbers
                .iter()
                .chain(&self.direction)
                .all(|it| it.is_finite())
            && self.dispersion > 0.0
    }
}

/// What an institution's own rows are worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// To first order, against the mean of all institutions: over all of them it adds up to zero.
    pub influence: Value,
    /// By how much the deviance would rise without these rows, if the columns of all institutions lie
    /// alike.
    pub leave_one_out: Value,
}

/// Gives what own rows are worth to a model that all know; `sums` are theirs at the model.
///
/// With the own gradient `g_i` and information `H_i` at the model, and the own share `a = n_i / n` of the
/// rows:
///
/// * influence: `2 (H+P)⁻¹g_v · (g_i + a P t)` (Koh and Liang 2017, summed over rows), with the own share
///   of the penalty, so that over all institutions it adds up to zero;
/// * leave one out: one Newton step without these rows, the plan's penalty as before, and a quadratic in
///   it, `2 g_v·D + D·H_v D` with `D = (H+P−H_i)⁻¹ g_i`. Neither H nor H_v is told to anybody; where all
///   have columns alike, both are own ones scaled by rows, and it is
///   `2 (H+P)⁻¹g_v · g_i / (1−a) + n_v n_i / (n−n_i)² · g_i·(H_i + aP)⁻¹g_i`.
///
/// The standard error has two parts: own rows resampled (the infinitesimal jackknife of Jaeckel 1972), and
/// judged rows resampled: `4 φ D·H_v D`, by the information that they have under the model.
///
/// # Errors
///
/// [`Failure::Alone`] if there are no rows, or no others in the fit; [`Failure::Beyond`] if a row is beyond the
/// model's reach; [`Failure::Undetermined`] if the rows have no step.
pub fn own(
    regression: &Regression,
    (table, sums): (&Table, &Sums),
    model: &Candidate,
    totals: &Totals,
) -> Result<Own, Failure> {
    if sums.beyond > 0 {
        return Err(Failure::Beyond);
    }
    if sums.rows == 0 || sums.rows >= totals.rows {
        return Err(Failure::Alone);
    }
    let (rows, all) = (sums.rows as f64, totals.rows as f64);
    let share = rows / all;
    let penalty = regression.specification().penalty;
    let gradient = &sums.gradient;
    let of_penalty: f64 = (totals.direction.iter().zip(&model.coefficients).skip(1))
        .map(|(d, t)| share * penalty * d * t)
        .sum();
    let mut information = sums.fisher.clone();
    penalise(&mut information, share * penalty.max(LEAST_PENALTY));
    let factor = Cholesky::new(&information).map_err(|_| Failure::Undetermined)?;
    let own_step = factor.solve(gradient);

    let others = all - rows;
    let curvature = totals.judged_rows as f64 * rows / (others * others);
    let bent = curvature * dot(gradient, &own_step);
    let first_order = 2.0 * dot(&totals.direction, gradient);
    let influence = first_order + 2.0 * of_penalty;
    let leave_one_out = first_order * all / others + bent;

    let of_judged = (4.0 * totals.dispersion * bent).max(0.0);
    let first: Vec<f64> = totals.direction.iter().map(|v| 2.0 * v).collect();
    let second: Vec<f64> = (first.iter().zip(&own_step))
        .map(|(first, step)| first * all / others + 2.0 * curvature * step)
        .collect();
    let [of_influence, of_leaving] = spread(regression, table, model, [&first, &second]);
    let shrunk = (others / all) * (others / all);
    let error = |own: f64, judged: f64| (own + judged).sqrt();
    Ok(Own {
        influence: Value::new(influence, error(of_influence, of_judged * shrunk)),
        leave_one_out: Value::new(leave_one_out, error(of_leaving, of_judged)),
    })
}

/// Gives the variance of each weighting of the gradient, were the rows drawn anew.
fn spread(
    regression: &Regression,
    table: &Table,
    model: &Candidate,
    weightings: [&[f64]; 2],
) -> [f64; 2] {
    let spec = regression.specification();
    let likelihood = Likelihood::new(spec.family, spec.labels);
    let mut row = vec![0.0; model.coefficients.len()];
    let mut moments = [(0.0, 0.0); 2];
    for (raw, label) in table.iter() {
        model.design.standardise(raw, &mut row);
        let predictor = dot(&row, &model.coefficients);
        let Some(terms) = likelihood.row(model.design.label(label), predictor) else {
            continue;
        };
        for ((sum, squares), weights) in moments.iter_mut().zip(weightings) {
            let part = terms.slope * dot(&row, weights);
            *sum += part;
            *squares += part * part;
        }
    }
    let rows = table.rows() as f64;
    moments
        .map(|(sum, squares)| (squares - sum * sum / rows).max(0.0) * rows / (rows - 1.0).max(1.0))
}

/// Adds a penalty to all coefficients but the intercept.
pub(crate) fn penalise(information: &mut Symmetric, penalty: f64) {
    for place in 1..information.order() {
        information.add_to_diagonal(place, penalty);
    }
}
