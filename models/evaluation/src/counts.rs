//! What is counted before rows are measured: whether there are enough, and where they lie.

use consilium_secagg::{Encoding, EncodingError, encoding};
use serde::{Deserialize, Serialize};

use crate::{
    Failure, Scored, Subject,
    calibration::SMALLEST_BIN,
    metrics::{SMALLEST_CLASS, are_both_enough},
    numbers::Numbers,
};

/// Predicted numbers are measured from this many rows of all parties on.
pub const SMALLEST_SAMPLE: u64 = SMALLEST_BIN;

/// The rows to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) rows: u64,
    /// The mean of their labels; where classes are predicted the share with label 1.
    pub(crate) label: f64,
    /// Where their linear predictors lie, as [`Numbers`] scales them; nowhere for classes.
    pub(crate) predictor: Spread,
}

/// Mean and population standard deviation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
}

impl Counts {
    /// Gives the length of the vector that [`local`](Counts::local) makes.
    pub(crate) fn len(subject: &Subject) -> usize {
        if subject.is_of_classes() { 2 } else { 4 }
    }

    /// Adds up rows: how many, their labels, their predictors, the squares of these.
    pub(crate) fn local(subject: &Subject, scored: &[Scored]) -> Vec<f64> {
        let numbers = Numbers::of(subject);
        let mut sums = vec![0.0; Counts::len(subject)];
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
    pub(crate) fn encoding(subject: &Subject) -> Result<Encoding, EncodingError> {
        let rows = subject.most_rows();
        let most = Numbers::of(subject).most_predictor();
        let largest = [rows, rows, rows * most, rows * most * most];
        let len = Counts::len(subject);
        Encoding::new(&largest[..len], subject.most_contributors(), subject.bits())
    }

    /// Reads opened sums; refuses those that no rows can have, and rows too few to be measured.
    pub(crate) fn read(subject: &Subject, sums: &[f64]) -> Result<Counts, Failure> {
        let counts = Counts::of_sums(subject, sums)?;
        counts.check(subject)?;
        Ok(counts)
    }

    /// Counts rows that lie in one place; nothing if there are none.
    pub(crate) fn of(subject: &Subject, scored: &[Scored]) -> Option<Counts> {
        let counts = Counts::of_sums(subject, &Counts::local(subject, scored));
        counts.ok().filter(|counts| counts.rows > 0)
    }

    fn of_sums(subject: &Subject, sums: &[f64]) -> Result<Counts, Failure> {
        let rows = count(sums.first().copied().unwrap_or(f64::NAN))?;
        if sums.len() != Counts::len(subject) || rows as f64 > subject.most_rows_in_all() {
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
            label: Numbers::of(subject).value(label),
            predictor: Spread {
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
    pub(crate) fn check(&self, subject: &Subject) -> Result<(), Failure> {
        let (is_enough, minimum) = if subject.is_of_classes() {
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

    /// Says whether these can be counts of such rows.
    pub(crate) fn suits(&self, subject: &Subject) -> bool {
        let Spread { mean, deviation } = self.predictor;
        subject.range().holds(self.label)
            && mean.is_finite()
            && deviation.is_finite()
            && self.check(subject).is_ok()
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

/// Reads a count of rows.
pub(crate) fn count(opened: f64) -> Result<u64, Failure> {
    encoding::count(opened).ok_or(Failure::Implausible)
}
