//! What is counted before rows are measured: whether there are enough, and where they lie.

use consilium_secagg::{Encoding, EncodingError};
use serde::{Deserialize, Serialize};

use crate::{
    Centre, Failure, Family, Regression, Scored,
    calibration::SMALLEST_BIN,
    metrics::{SMALLEST_CLASS, are_both_enough},
    numbers::Numbers,
    steps,
};

/// Numbers of any family are measured from this many rows of all parties on.
pub const SMALLEST_SAMPLE: u64 = SMALLEST_BIN;

/// The rows to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) rows: u64,
    /// The mean of their labels; in logistic regression the share with label 1.
    pub(crate) label: f64,
    /// Where their linear predictors lie, as [`Numbers`] scales them; nowhere in logistic
    /// regression.
    pub(crate) predictor: Centre,
}

impl Counts {
    /// Gives the length of the vector that [`local`](Counts::local) makes.
    pub(crate) fn len(regression: &Regression) -> usize {
        if is_of_classes(regression) { 2 } else { 4 }
    }

    /// Adds up rows: how many, their labels, their predictors, the squares of these.
    pub(crate) fn local(regression: &Regression, scored: &[Scored]) -> Vec<f64> {
        let numbers = Numbers::of(regression);
        let mut sums = vec![0.0; Counts::len(regression)];
        for row in scored {
            sums[0] += 1.0;
            sums[1] += numbers.unit(row.label);
            if let [_, _, sum, squares] = &mut sums[..] {
                let predictor = numbers.predictor(numbers.limited(row));
                *sum += predictor;
                *squares += predictor * predictor;
            }
        }
        sums
    }

    /// Makes the code in which these sums are added up.
    pub(crate) fn encoding(regression: &Regression) -> Result<Encoding, EncodingError> {
        let spec = regression.specification();
        let rows = spec.most_rows as f64;
        let most = Numbers::of(regression).most_predictor();
        let largest = [rows, rows, rows * most, rows * most * most];
        let len = Counts::len(regression);
        Encoding::new(&largest[..len], spec.most_contributors, spec.bits)
    }

    /// Reads opened sums; refuses those that no rows can have, and rows too few to be measured.
    pub(crate) fn read(regression: &Regression, sums: &[f64]) -> Result<Counts, Failure> {
        let counts = Counts::of_sums(regression, sums)?;
        counts.check(regression)?;
        Ok(counts)
    }

    /// Counts rows that lie in one place; nothing if there are none.
    pub(crate) fn of(regression: &Regression, scored: &[Scored]) -> Option<Counts> {
        let counts = Counts::of_sums(regression, &Counts::local(regression, scored));
        counts.ok().filter(|counts| counts.rows > 0)
    }

    fn of_sums(regression: &Regression, sums: &[f64]) -> Result<Counts, Failure> {
        let rows = steps::count(sums.first().copied().unwrap_or(f64::NAN))?;
        if sums.len() != Counts::len(regression) || rows as f64 > regression.most_rows_in_all() {
            return Err(Failure::Implausible);
        }
        let mean_of = |sum: f64| if rows == 0 { 0.0 } else { sum / rows as f64 };
        let (mean, squares) = match sums {
            [_, _, sum, squares] => (mean_of(*sum), mean_of(*squares)),
            _ => (0.0, 0.0),
        };
        // Rounding may move a mean past the end of the range.
        let label = mean_of(sums[1]).clamp(0.0, 1.0);
        Ok(Counts {
            rows,
            label: Numbers::of(regression).value(label),
            predictor: Centre {
                mean,
                deviation: (squares - mean * mean).max(0.0).sqrt(),
            },
        })
    }

    /// Checks that there are enough rows.
    ///
    /// # Security
    ///
    /// Contributors ask this too, of what the aggregator tells them, before anything else leaves.
    pub(crate) fn check(&self, regression: &Regression) -> Result<(), Failure> {
        let (is_enough, minimum) = if is_of_classes(regression) {
            (are_both_enough(self.rows, self.positives()), SMALLEST_CLASS)
        } else {
            (self.rows >= SMALLEST_SAMPLE, SMALLEST_SAMPLE)
        };
        if is_enough {
            Ok(())
        } else {
            Err(Failure::TooFewToEvaluate { minimum })
        }
    }

    /// Says whether these can be counts of the regression's rows.
    pub(crate) fn suits(&self, regression: &Regression) -> bool {
        let Centre { mean, deviation } = self.predictor;
        regression.specification().labels.holds(self.label)
            && mean.is_finite()
            && deviation.is_finite()
            && self.check(regression).is_ok()
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a number of rows"
    )]
    fn positives(&self) -> u64 {
        (self.label * self.rows as f64).round() as u64
    }
}

pub(crate) fn is_of_classes(regression: &Regression) -> bool {
    regression.specification().family == Family::Logistic
}
