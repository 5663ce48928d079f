//! What no lead may have others look at.

use crate::{Candidate, Family, Regression, Table, design::Term};

/// The most that the slopes of the standardised columns may be together, as the root of their squares.
const MOST_SLOPE: f64 = 20.0;
/// The most that the intercept may be: a count of 10^20, or odds of as much.
const MOST_INTERCEPT: f64 = 50.0;
/// The lead's own coefficients are told in multiples of its inverse.
const STEPS_OF_ONE: f64 = 100.0;

/// Says whether coefficients are those of a model: finite, and none that is a wall between rows.
///
/// All hold them against it before they look at a row.
pub(super) fn is_moderate(coefficients: &[f64]) -> bool {
    let Some((intercept, slopes)) = coefficients.split_first() else {
        return false;
    };
    let squares: f64 = slopes.iter().map(|slope| slope * slope).sum();
    // NaN is in no range.
    (-MOST_INTERCEPT..=MOST_INTERCEPT).contains(intercept)
        && (0.0..=MOST_SLOPE * MOST_SLOPE).contains(&squares)
}

/// Rounds a coefficient of the lead's own model to what is told of it.
pub(super) fn rounded(coefficient: f64) -> f64 {
    (coefficient * STEPS_OF_ONE).round() / STEPS_OF_ONE
}

/// Says whether coefficients can be those of the lead's own model as they are told.
pub(super) fn is_estimate(coefficients: &[f64]) -> bool {
    let is_told = |told: &f64| told.to_bits() == rounded(*told).to_bits();
    is_moderate(coefficients) && coefficients.iter().all(is_told)
}

/// Says whether a column tells of few of the rows: more than none, and fewer than `minimum`, have one of
/// its levels or a value; in logistic regression, with one of the labels.
pub(super) fn is_of_few(regression: &Regression, table: &Table, term: &Term, minimum: u64) -> bool {
    let specification = regression.specification();
    let kind = specification.columns.get(term.column).map(|of| of.kind);
    // By level, or whether it is missing, and by label.
    let mut cells = [0_u64; 4];
    for (raw, label) in table.iter() {
        let value = raw[term.column];
        let level = match (term.missing, kind) {
            (true, _) => value.is_nan(),
            (false, _) if value.is_nan() => continue,
            (false, kind) => {
                kind.is_some_and(|kind| kind.is_of_two() && value > kind.range().middle())
            }
        };
        let is_positive = specification.family == Family::Logistic && label > 0.5;
        cells[2 * usize::from(level) + usize::from(is_positive)] += 1;
    }
    cells.iter().any(|rows| (1..minimum).contains(rows))
}

/// Says whether so few rows make up what one party would tell under a candidate that the lead could
/// read them: fewer than the minimum count in effect, which is (Σw)²/Σw².
///
/// For w each row's weight in the information, gamma labels' share of the gradient, and how its slope
/// changes from the candidate before: each of them the lead can tell from the totals.
///
/// # Security
///
/// Under a model that is a wall between rows, the weights of all but the nearest few are nothing, and
/// the information is that of these few alone; under two that differ for few rows alone, so is the
/// difference of the gradients. No row has a larger share of a sum than one in the root of the
/// minimum count.
pub(super) fn shows_few_rows(
    regression: &Regression,
    table: &Table,
    (candidate, before): (&Candidate, Option<&Candidate>),
) -> bool {
    let likelihood = regression.likelihood();
    let specification = regression.specification();
    let mut row = vec![0.0; candidate.coefficients.len()];
    let mut old = vec![0.0; before.map_or(0, |before| before.coefficients.len())];
    let terms_of = |candidate: &Candidate, row: &mut Vec<f64>, raw: &[f64], label| {
        candidate.design.standardise(raw, row);
        let products = row.iter().zip(&candidate.coefficients);
        let predictor = products.map(|(x, b)| x * b).sum();
        likelihood.row(candidate.design.label(label), predictor)
    };
    let (mut weights, mut ratios, mut changes) =
        (Shares::default(), Shares::default(), Shares::default());
    for (raw, label) in table.iter() {
        // Rows beyond the caps withhold the sums anyway.
        let Some(terms) = terms_of(candidate, &mut row, raw, label) else {
            return true;
        };
        weights.add(terms.weight);
        if specification.family == Family::Gamma {
            ratios.add(1.0 - terms.slope);
        }
        if let Some(before) = before {
            let was = terms_of(before, &mut old, raw, label);
            changes.add(was.map_or(0.0, |was| terms.slope - was.slope));
        }
    }
    [weights, ratios, changes]
        .iter()
        .any(|shares| shares.are_of_fewer_than(specification.minimum_count))
}

/// What rows have of a sum.
#[derive(Clone, Copy, Default)]
struct Shares {
    sum: f64,
    squares: f64,
}

impl Shares {
    fn add(&mut self, share: f64) {
        self.sum += share.abs();
        self.squares += share * share;
    }

    /// Nothing is of nobody.
    fn are_of_fewer_than(&self, count: u64) -> bool {
        self.sum * self.sum < count as f64 * self.squares
    }
}
