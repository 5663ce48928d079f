//! Counts of rows by score and label: all that the measures need, and a thing to add up.

use consilium_secagg::{Encoding, EncodingError};

use crate::{
    Evaluation, Subject,
    calibration::{CalibrationBin, without_thin},
    metrics::Scored,
};

/// Bins of the calibration table.
pub const CALIBRATION_BINS: usize = 10;
/// Bins of the score's histogram; ten times a whole number, so that the tables' edges agree.
pub const HISTOGRAM_BINS: usize = 5120;

/// A probability is taken to be this far from 0 and 1 at least, so that no loss is infinite.
const SMALLEST_PROBABILITY: f64 = 1e-15;
/// Log loss, Brier.
const HEAD: usize = 2;

/// Sums over scored rows, one vector: log loss, squared differences, scores by calibration bin,
/// negatives by histogram bin, positives by histogram bin.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tally(Vec<f64>);

impl Tally {
    pub(crate) const LEN: usize = HEAD + CALIBRATION_BINS + 2 * HISTOGRAM_BINS;

    /// Adds up rows.
    pub(crate) fn of(scored: &[Scored]) -> Tally {
        let mut sums = vec![0.0; Tally::LEN];
        for row in scored {
            // What a model made for it scores may be no number; it counts as 0.
            let score = if row.score.is_nan() { 0.0 } else { row.score };
            let bin = bin(score);
            let likelihood = if row.is_positive() {
                score
            } else {
                1.0 - score
            };
            sums[0] -= likelihood.max(SMALLEST_PROBABILITY).ln();
            sums[1] += (score - row.label).powi(2);
            sums[HEAD + bin / (HISTOGRAM_BINS / CALIBRATION_BINS)] += score;
            let class = if row.is_positive() { HISTOGRAM_BINS } else { 0 };
            sums[HEAD + CALIBRATION_BINS + class + bin] += 1.0;
        }
        Tally(sums)
    }

    /// Makes the code in which tallies are added up.
    pub(crate) fn encoding(subject: &Subject) -> Result<Encoding, EncodingError> {
        let rows = subject.most_rows();
        let mut largest = vec![rows; Tally::LEN];
        largest[0] = -rows * SMALLEST_PROBABILITY.ln();
        Encoding::new(&largest, subject.most_contributors(), subject.bits())
    }

    /// Takes an opened sum; nothing if its counts are none.
    pub(crate) fn read(opened: Vec<f64>) -> Option<Tally> {
        let sane = opened.len() == Tally::LEN && opened.iter().all(|sum| *sum > -0.5);
        sane.then_some(Tally(opened))
    }

    pub(crate) fn into_sums(self) -> Vec<f64> {
        self.0
    }

    /// Measures; nothing if there are no rows.
    pub(crate) fn evaluate(&self) -> Option<Evaluation> {
        let (sums, histogram) = self.0.split_at(HEAD + CALIBRATION_BINS);
        let (negatives, positives) = histogram.split_at(HISTOGRAM_BINS);
        let (all_negatives, all_positives) = (total(negatives), total(positives));
        let rows = all_negatives + all_positives;
        if rows < 1.0 {
            return None;
        }
        let (mut ordered, mut tied, mut below) = (0.0, 0.0, 0.0);
        for (zeros, ones) in negatives.iter().zip(positives) {
            ordered += ones * (below + zeros / 2.0);
            tied += ones * zeros;
            below += zeros;
        }
        let pairs = all_negatives * all_positives;
        let half = HISTOGRAM_BINS / 2;
        let right = total(&negatives[..half]) + total(&positives[half..]);
        Some(Evaluation {
            rows: count(rows),
            positives: count(all_positives),
            auc: (pairs > 0.0).then(|| ordered / pairs),
            // Within a bin any order is possible; half of its pairs were counted as right.
            auc_error: if pairs > 0.0 { tied / 2.0 / pairs } else { 0.0 },
            log_loss: sums[0] / rows,
            brier: sums[1] / rows,
            accuracy: right / rows,
            calibration: without_thin(std::array::from_fn(|place| {
                let bins = HISTOGRAM_BINS / CALIBRATION_BINS;
                let ones = total(&positives[place * bins..][..bins]);
                let rows = ones + total(&negatives[place * bins..][..bins]);
                CalibrationBin {
                    rows: count(rows),
                    predicted: sums[HEAD + place] / rows,
                    observed: ones / rows,
                }
            })),
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability times the number of bins; the last bin takes what is beyond"
)]
fn bin(score: f64) -> usize {
    ((score * HISTOGRAM_BINS as f64) as usize).min(HISTOGRAM_BINS - 1)
}

fn total(counts: &[f64]) -> f64 {
    counts.iter().map(|count| count.round()).sum()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a sum of counts"
)]
pub(crate) fn count(rows: f64) -> u64 {
    rows as u64
}
