//! The sums of a Newton step.

use consilium_secagg::{Encoding, EncodingError, Told, encoding};
use serde::{Deserialize, Serialize};

use crate::{
    Design, Failure, Family, Regression, Table,
    solve::{Symmetric, triangle},
    specification::SLACK,
};

/// A model to be looked at: every contributor adds up its rows' terms under it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// How raw rows become fitted ones.
    pub design: Design,
    /// Coefficients of the fitted columns, the intercept first.
    pub coefficients: Vec<f64>,
}

impl Candidate {
    /// Predicts the label's mean for a raw row, NaN where a value is missing.
    pub fn predict(&self, family: Family, raw: &[f64]) -> f64 {
        self.design.predict(family, &self.coefficients, raw)
    }

    /// Says whether this can be a candidate of the regression.
    pub(crate) fn suits(&self, regression: &Regression) -> bool {
        self.design.suits(regression)
            && self.coefficients.len() == self.design.coefficients()
            && self
                .coefficients
                .iter()
                .all(|coefficient| coefficient.is_finite())
    }
}

/// The sums over rows under one candidate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// Rows.
    pub rows: u64,
    /// Rows beyond the caps of the likelihood; if there are any, all else but `rows` is zero.
    pub beyond: u64,
    /// Loss.
    pub loss: f64,
    /// Squared Pearson residuals.
    pub pearson: f64,
    /// Gradient of the loss.
    pub gradient: Vec<f64>,
    /// Fisher information at dispersion one.
    pub fisher: Symmetric,
}

/// Rows, rows beyond, loss, Pearson.
const HEAD: usize = 4;
/// Position of the rows beyond.
pub(crate) const BEYOND: usize = 1;
/// Position of the loss.
pub(crate) const LOSS: usize = 2;
/// Position of the gradient's first element.
pub(crate) const GRADIENT: usize = HEAD;
/// Sums of this many rows are added to the total at once, which keeps rounding errors small.
const BLOCK: usize = 1024;

/// Gives the length of the vector of [`local_sums`] for a number of coefficients.
pub fn sums_len(coefficients: usize) -> usize {
    HEAD + coefficients + triangle(coefficients)
}

/// Gives the largest absolute value of each element that one party may have.
///
/// # Discussion
///
/// A standardised column's squares add up to at most N, the rows of all parties, and so do those
/// of any party's part. With slopes at most s and weights at most w, Cauchy and Schwarz bound
/// every element of the gradient by s·N and of the information by w·N. Declared ranges divided by
/// an unknown deviation would give no bound before the data are seen, and a far looser one after.
pub fn largest_sums(regression: &Regression, coefficients: usize) -> Vec<f64> {
    let own_rows = regression.specification().most_rows as f64;
    let all_rows = regression.most_rows_in_all() * SLACK;
    let largest = regression.likelihood().largest();
    let rows_of_loss = match regression.specification().family {
        crate::Family::Gaussian => all_rows,
        _ => own_rows,
    };
    let mut bounds = vec![
        own_rows,
        own_rows,
        largest.loss * rows_of_loss,
        largest.pearson * rows_of_loss,
    ];
    bounds.resize(HEAD + coefficients, largest.slope * all_rows);
    bounds.resize(sums_len(coefficients), largest.weight * all_rows);
    bounds
}

/// Makes the code in which these sums are added up.
pub(crate) fn encoding(
    regression: &Regression,
    coefficients: usize,
) -> Result<Encoding, EncodingError> {
    let spec = regression.specification();
    let largest = largest_sums(regression, coefficients);
    Encoding::new(&largest, spec.most_contributors, spec.bits)
}

/// Adds up one party's terms under a candidate, as much as its rows count; zeros but for both counts, if
/// any row is beyond.
pub fn local_sums(regression: &Regression, table: &Table, candidate: &Candidate) -> Vec<f64> {
    let len = sums_len(candidate.coefficients.len());
    add_up(regression, table, candidate, len)
}

/// Gives the length of the vector of [`local_slopes`] for a number of coefficients.
pub(crate) fn slopes_len(coefficients: usize) -> usize {
    HEAD + coefficients
}

/// Adds up the same but the Fisher information, which costs most.
pub(crate) fn local_slopes(
    regression: &Regression,
    table: &Table,
    candidate: &Candidate,
) -> Vec<f64> {
    let len = slopes_len(candidate.coefficients.len());
    add_up(regression, table, candidate, len)
}

fn add_up(regression: &Regression, table: &Table, candidate: &Candidate, len: usize) -> Vec<f64> {
    let likelihood = regression.likelihood();
    let order = candidate.coefficients.len();
    let mut total = vec![0.0; len];
    let mut block = total.clone();
    let mut row = vec![0.0; order];
    let mut beyond = 0.0;
    for (place, (raw, label)) in table.iter().enumerate() {
        candidate.design.standardise(raw, &mut row);
        let predictor = row
            .iter()
            .zip(&candidate.coefficients)
            .map(|(x, b)| x * b)
            .sum();
        let Some(terms) = likelihood.row(candidate.design.label(label), predictor) else {
            beyond += 1.0;
            continue;
        };
        block[LOSS] += terms.loss;
        block[LOSS + 1] += terms.pearson;
        let (gradient, mut rest) = block[HEAD..].split_at_mut(order);
        for (sum, x) in gradient.iter_mut().zip(&row) {
            *sum += terms.slope * x;
        }
        let wanted = if rest.is_empty() { 0 } else { order };
        for (first, x) in row[..wanted].iter().enumerate() {
            let (products, below) = rest.split_at_mut(order - first);
            let weighted = terms.weight * x;
            for (sum, x) in products.iter_mut().zip(&row[first..]) {
                *sum += weighted * x;
            }
            rest = below;
        }
        if place % BLOCK == BLOCK - 1 {
            drain(&mut block, &mut total);
        }
    }
    drain(&mut block, &mut total);
    let weight = table.weight().get();
    for sum in &mut total {
        *sum *= weight;
    }
    if beyond > 0.0 {
        total.fill(0.0);
    }
    total[0] = table.rows() as f64;
    total[BEYOND] = beyond;
    total
}

/// Withholds all but the counts if any row is beyond.
pub(crate) fn told(sums: Vec<f64>) -> Told {
    let told = Told::whole(sums);
    if told.sums[BEYOND] > 0.0 {
        return Told {
            at: 0..LOSS,
            ..told
        };
    }
    told
}

fn drain(block: &mut [f64], total: &mut [f64]) {
    for (part, sum) in block.iter_mut().zip(total) {
        *sum += *part;
        *part = 0.0;
    }
}

impl Sums {
    /// Adds up the terms of rows in one place; all but the counts are zero if any row is beyond.
    pub fn of(regression: &Regression, table: &Table, candidate: &Candidate) -> Sums {
        let order = candidate.coefficients.len();
        let sums = local_sums(regression, table, candidate);
        let (gradient, fisher) = sums[GRADIENT..].split_at(order);
        Sums {
            rows: table.rows() as u64,
            beyond: encoding::count(sums[BEYOND]).unwrap_or(table.rows() as u64),
            loss: sums[LOSS],
            pearson: sums[LOSS + 1],
            gradient: gradient.to_vec(),
            fisher: Symmetric::new(order, fisher.to_vec()),
        }
    }

    /// Reads an opened vector.
    ///
    /// # Errors
    ///
    /// [`Failure::Implausible`] if no rows can have such sums.
    pub(crate) fn read(
        regression: &Regression,
        order: usize,
        opened: &[f64],
    ) -> Result<Sums, Failure> {
        if opened.len() != sums_len(order) {
            return Err(Failure::Implausible);
        }
        let beyond = count(opened[BEYOND])?;
        // Whoever has such rows withholds the rest, so that nothing can be read there.
        let told = if beyond == 0 {
            opened[LOSS..].to_vec()
        } else {
            vec![0.0; opened.len() - LOSS]
        };
        let (gradient, fisher) = told[GRADIENT - LOSS..].split_at(order);
        let sums = Sums {
            rows: count(opened[0])?,
            beyond,
            loss: told[0],
            pearson: told[1],
            gradient: gradient.to_vec(),
            fisher: Symmetric::new(order, fisher.to_vec()),
        };
        let most = regression.most_rows_in_all();
        let largest = regression.likelihood().largest();
        let diagonal_is_sane = (0..order).all(|place| {
            (-1.0..=largest.weight * most * SLACK + 1.0).contains(&sums.fisher.at(place, place))
        });
        let sane = sums.rows as f64 <= most
            && sums.beyond <= sums.rows
            && sums.pearson >= -1.0
            && diagonal_is_sane;
        if sane {
            Ok(sums)
        } else {
            Err(Failure::Implausible)
        }
    }
}

/// Reads a count of rows.
pub(crate) fn count(opened: f64) -> Result<u64, Failure> {
    encoding::count(opened).ok_or(Failure::Implausible)
}
