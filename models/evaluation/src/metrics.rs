//! How well scores tell labels apart.

use serde::{Deserialize, Serialize};

use crate::{
    calibration::CalibrationBin,
    tally::{CALIBRATION_BINS, Tally},
};

/// A row's prediction and what came true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The label's predicted mean: where classes are predicted the probability of label 1.
    pub score: f64,
    /// The label: 0 or 1 where classes are predicted.
    pub label: f64,
}

impl Scored {
    pub(crate) fn is_positive(&self) -> bool {
        self.label > 0.5
    }
}

/// Measures of predicted classes on rows with known labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Rows.
    pub rows: u64,
    /// Rows with label 1.
    pub positives: u64,
    /// Area under the ROC curve; nothing where one class is missing.
    pub auc: Option<f64>,
    /// The most by which `auc` may be off; zero where it was counted exactly.
    pub auc_error: f64,
    /// Mean negative log-likelihood.
    pub log_loss: f64,
    /// Mean squared difference of score and label (Brier, Monthly Weather Review 1950).
    pub brier: f64,
    /// Share of rows on the right side of a score of one half.
    pub accuracy: f64,
    /// By tenths of the score; nothing where there are too few rows.
    pub calibration: [Option<CalibrationBin>; CALIBRATION_BINS],
}

/// What others may see of an institution's own measures, rounded to 0.01.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    /// Area under the ROC curve.
    pub auc: f64,
    /// Share of rows on the right side of a score of one half.
    pub accuracy: f64,
}

/// Others see measures from this many rows of each class on.
pub const SMALLEST_CLASS: u64 = 10;

/// Counts the area under the ROC curve: the share of pairs of a positive and a negative row in
/// which the positive one has the higher score, ties counting a half.
///
/// Nothing if one class is missing. Hanley and McNeil, Radiology 1982.
pub fn auc(scored: &[Scored]) -> Option<f64> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let (mut negatives, mut positives, mut ordered) = (0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.score.total_cmp(&b.score).is_eq()) {
        let ones = tied.iter().filter(|row| row.is_positive()).count() as f64;
        let zeros = tied.len() as f64 - ones;
        ordered += ones * (negatives + zeros / 2.0);
        negatives += zeros;
        positives += ones;
    }
    (negatives > 0.0 && positives > 0.0).then(|| ordered / (negatives * positives))
}

impl Evaluation {
    /// Measures rows that lie in one place, with their exact AUC; nothing if there are none.
    ///
    /// # Security
    ///
    /// The measures of a small institution tell of single rows; they stay there. What others may
    /// see is [`shared`](Evaluation::shared).
    pub fn own(scored: &[Scored]) -> Option<Evaluation> {
        let of_tally = Tally::of(scored).evaluate()?;
        Some(Evaluation {
            auc: auc(scored),
            auc_error: 0.0,
            ..of_tally
        })
    }

    /// Gives what others may see: nothing below [`SMALLEST_CLASS`] rows of a class.
    pub fn shared(&self) -> Option<Shared> {
        let cents = |value: f64| (value * 100.0).round() / 100.0;
        let auc = self.auc.filter(|_| self.has_both_classes())?;
        Some(Shared {
            auc: cents(auc),
            accuracy: cents(self.accuracy),
        })
    }

    pub(crate) fn has_both_classes(&self) -> bool {
        are_both_enough(self.rows, self.positives)
    }
}

impl Shared {
    /// Says whether these can be shares.
    pub fn is_possible(&self) -> bool {
        [self.auc, self.accuracy]
            .iter()
            .all(|share| (0.0..=1.0).contains(share))
    }
}

/// Says whether each class has [`SMALLEST_CLASS`] rows.
pub(crate) fn are_both_enough(rows: u64, positives: u64) -> bool {
    positives.min(rows.saturating_sub(positives)) >= SMALLEST_CLASS
}
