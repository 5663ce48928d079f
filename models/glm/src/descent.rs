//! A party's own gradient steps between two rounds of averaging.

use consilium_evaluation::Weight;
use consilium_secagg::{Encoding, EncodingError, Told};
use rand_core::CryptoRng;

use crate::{Candidate, Failure, Family, Regression, Table, averaging::Schedule};

/// Standardised coefficients beyond this are no model any more.
const LARGEST_COEFFICIENT: f64 = 1e3;
/// Rows, parties that diverged.
const HEAD: usize = 2;
/// Position of the parties that diverged.
const DIVERGED: usize = 1;

/// What a party is to do in one round.
pub(crate) struct Task<'a> {
    pub(crate) schedule: &'a Schedule,
    /// The common model.
    pub(crate) from: &'a Candidate,
    /// Rows of all parties, among which the penalty is shared out.
    pub(crate) rows: u64,
}

pub(crate) fn sums_len(coefficients: usize) -> usize {
    HEAD + coefficients
}

/// Makes the code in which weighted models are added up.
pub(crate) fn encoding(regression: &Regression, len: usize) -> Result<Encoding, EncodingError> {
    let spec = regression.specification();
    let rows = spec.most_rows as f64;
    let mut largest = vec![rows, 1.0];
    largest.resize(len, rows * LARGEST_COEFFICIENT);
    Encoding::new(&largest, spec.most_contributors, spec.bits)
}

/// Trains from the common model; gives the rows, as much as they count, and the coefficients times that.
///
/// A party whose coefficients run away says so, and nothing else.
pub(crate) fn train(
    regression: &Regression,
    table: &Table,
    task: &Task<'_>,
    chance: &mut impl CryptoRng,
) -> Told {
    let order = task.from.coefficients.len();
    let rows = standardised(table, task.from);
    let mut places: Vec<usize> = (0..table.rows()).collect();
    let mut at = task.from.coefficients.clone();
    for _ in 0..task.schedule.epochs {
        if task.schedule.batch < places.len() {
            shuffle(&mut places, chance);
        }
        for batch in places.chunks(task.schedule.batch.max(1)) {
            let gradient = gradient(&rows, batch, &at);
            for (place, slope) in gradient.into_iter().enumerate() {
                let pull = task.schedule.proximal * (at[place] - task.from.coefficients[place]);
                let penalty = regression.specification().penalty / task.rows.max(1) as f64;
                let shrink = if place == 0 { 0.0 } else { penalty * at[place] };
                at[place] -= task.schedule.learning_rate * (slope + shrink + pull);
            }
        }
    }
    let mut sums = vec![0.0; sums_len(order)];
    // NaN is not within either.
    if at
        .iter()
        .all(|coefficient| coefficient.abs() <= LARGEST_COEFFICIENT)
    {
        let rows = table.weight().get() * table.rows() as f64;
        sums[0] = rows;
        for (sum, coefficient) in sums[HEAD..].iter_mut().zip(at) {
            *sum = coefficient * rows;
        }
        return Told::whole(sums);
    }
    sums[DIVERGED] = 1.0;
    Told {
        sums,
        at: DIVERGED..HEAD,
    }
}

/// Reads the mean model out of an opened sum.
pub(crate) fn mean(sums: &[f64]) -> Result<Vec<f64>, Failure> {
    if sums[DIVERGED].round() > 0.0 {
        return Err(Failure::Diverged);
    }
    let rows = sums[0];
    if rows < Weight::LEAST.get() {
        return Err(Failure::Implausible);
    }
    Ok(sums[HEAD..].iter().map(|sum| sum / rows).collect())
}

fn standardised(table: &Table, model: &Candidate) -> Vec<(Vec<f64>, f64)> {
    let mut rows = Vec::with_capacity(table.rows());
    for (raw, label) in table.iter() {
        let mut row = vec![0.0; model.coefficients.len()];
        model.design.standardise(raw, &mut row);
        rows.push((row, label));
    }
    rows
}

/// Gives the mean gradient over a batch.
fn gradient(rows: &[(Vec<f64>, f64)], batch: &[usize], at: &[f64]) -> Vec<f64> {
    let mut gradient = vec![0.0; at.len()];
    for place in batch {
        let (row, label) = &rows[*place];
        let predictor = row.iter().zip(at).map(|(x, b)| x * b).sum();
        let slope = (Family::Logistic.mean(predictor) - label) / batch.len() as f64;
        for (sum, x) in gradient.iter_mut().zip(row) {
            *sum += slope * x;
        }
    }
    gradient
}

/// Puts the places into random order (Fisher and Yates).
fn shuffle(places: &mut [usize], chance: &mut impl CryptoRng) {
    for last in (1..places.len()).rev() {
        // The bias of a remainder of 64 bits is below 2^-40 for any table.
        #[expect(clippy::cast_possible_truncation, reason = "below a usize")]
        let other = (chance.next_u64() % (last as u64 + 1)) as usize;
        places.swap(last, other);
    }
}
