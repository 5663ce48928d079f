//! What columns, or rows without a task, are worth.

use consilium_evaluation::{Placements, Scored};
use consilium_glm::{Family, Likelihood, Regression, Table, local};
use consilium_scorecard::Measure;
use rand_core::Rng;
use serde::{Deserialize, Serialize};

use crate::{Failure, Value, ValueError};

/// How many parts own rows are cut into: each is predicted by the others.
pub const FOLDS: usize = 5;

/// What rows are worth where there is no task of several institutions: how well a declared label is
/// predicted from them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proxy {
    /// By how much the deviance falls against that of the mean, over rows that were not fitted.
    pub gain: Value,
    /// The deviance of the mean.
    pub deviance: f64,
    /// The gain as a share of it: 0 is as bad as the mean.
    pub explained: f64,
    /// Rows.
    pub rows: u64,
    /// Always true: it stands in for a value to others.
    pub proxy: bool,
}

impl Proxy {
    /// Gives the score for a scorecard: the share of the mean's deviance that is gained, in per cent.
    ///
    /// It is ours; no standard says so.
    pub fn score(&self) -> Measure {
        let (low, high) = self.gain.interval;
        let [score, low, high] = [self.gain.value, low, high]
            .map(|gain| (100.0 * gain / self.deviance).clamp(0.0, 100.0));
        Measure {
            id: "explained".to_owned(),
            score,
            low,
            high,
        }
    }
}

/// Fits a declared regression to four fifths of own rows and predicts the fifth, five times.
///
/// `rng` deals the rows out; the same rows and the same generator give the same. The standard error is that
/// of rows' differences drawn anew, the five fits held fixed.
///
/// # Errors
///
/// [`ValueError::NoFit`] if a part's others allow no fit; [`Failure::Beyond`] if a row is beyond its reach.
pub fn proxy(
    regression: &Regression,
    table: &Table,
    rng: &mut impl Rng,
) -> Result<Proxy, ValueError> {
    let spec = regression.specification();
    let rows: Vec<(&[f64], f64)> = table.iter().collect();
    let fold: Vec<usize> = (0..rows.len())
        .map(|_| (rng.next_u32() as usize) % FOLDS)
        .collect();
    let mut gains = Vec::with_capacity(rows.len());
    let mut of_mean = 0.0;
    for part in 0..FOLDS {
        let chosen = |inside: bool| {
            let rows = rows.iter().zip(&fold);
            rows.filter(move |(_, fold)| (**fold == part) == inside)
                .map(|(row, _)| *row)
        };
        let mut features = Vec::new();
        let mut labels = Vec::new();
        for (row, label) in chosen(false) {
            features.extend(row);
            labels.push(label);
        }
        let mean = labels.iter().sum::<f64>() / labels.len().max(1) as f64;
        let others = Table::new(regression, features, labels).map_err(|_| ValueError::NoFit)?;
        let fit = local::fit(regression, &[&others]).map_err(|_| ValueError::NoFit)?;
        let likelihood = Likelihood::new(spec.family, spec.labels);
        let model = fit.model();
        let design = &model.design;
        let null = match spec.family {
            Family::Gaussian => design.label(mean),
            family => family.link(design.label(mean)),
        };
        let mut row = vec![0.0; model.coefficients.len()];
        for (raw, label) in chosen(true) {
            design.standardise(raw, &mut row);
            let predictor: f64 = row
                .iter()
                .zip(&model.coefficients)
                .map(|(x, b)| x * b)
                .sum();
            let label = design.label(label);
            let loss = |predictor| {
                likelihood
                    .row(label, predictor)
                    .map(|terms| 2.0 * terms.loss)
            };
            let (with, without) = loss(predictor).zip(loss(null)).ok_or(Failure::Beyond)?;
            of_mean += without;
            gains.push(without - with);
        }
    }
    let gain = total(&gains);
    Ok(Proxy {
        gain,
        deviance: of_mean,
        explained: gain.value / of_mean,
        rows: rows.len() as u64,
        proxy: true,
    })
}

/// What columns of others add to the prediction of classes from own ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marginal {
    /// By how much the deviance of the same rows falls with them.
    pub gain: Value,
    /// By how much the area under the ROC curve rises with them, with DeLong's error of the difference; nothing of
    /// fewer than two rows of a class.
    pub area: Option<Value>,
}

impl Marginal {
    /// Gives the score for a scorecard: how sure it is that the columns help.
    pub fn score(&self) -> Measure {
        self.gain.sureness("marginal")
    }
}

/// Gives what columns add to the prediction of classes, from the scores of the same rows in the same order by a
/// model without them and by one with them.
///
/// For who has the labels and both models' scores, in a study over columns of several parties. The standard
/// error of the gain is that of rows drawn anew, both models held fixed.
///
/// # Errors
///
/// [`ValueError::OtherRows`] if these are not the same rows.
pub fn marginal(without: &[Scored], with: &[Scored]) -> Result<Marginal, ValueError> {
    let label = |scored: &Scored| scored.label > 0.5;
    let are_same = without.len() == with.len()
        && without.len() >= 2
        && without.iter().zip(with).all(|(a, b)| label(a) == label(b));
    if !are_same {
        return Err(ValueError::OtherRows);
    }
    let deviance = |scored: &Scored| {
        let score = scored.score.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        let told = if label(scored) { score } else { 1.0 - score };
        -2.0 * told.ln()
    };
    let gains: Vec<f64> = (without.iter().zip(with))
        .map(|(without, with)| deviance(without) - deviance(with))
        .collect();
    let both = Placements::of(with).zip(Placements::of(without));
    let area = both.and_then(|(with, without)| with.more_than(&without));
    Ok(Marginal {
        gain: total(&gains),
        area: area.map(|(more, error)| Value::new(more, error)),
    })
}

/// Adds up what rows bring, with the error of the sum.
fn total(parts: &[f64]) -> Value {
    let rows = parts.len() as f64;
    let sum: f64 = parts.iter().sum();
    let mean = sum / rows;
    let squares: f64 = parts.iter().map(|it| (it - mean) * (it - mean)).sum();
    Value::new(sum, (squares * rows / (rows - 1.0).max(1.0)).sqrt())
}
