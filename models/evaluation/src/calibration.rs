//! Predictions beside what came true, by bins of the prediction.

use serde::{Deserialize, Serialize};

/// Rows whose predictions lie near each other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Rows.
    pub rows: u64,
    /// Mean of their predictions.
    pub predicted: f64,
    /// Mean of their labels: where classes are predicted the share with label 1.
    pub observed: f64,
}

/// A calibration bin with fewer rows is not shown.
pub const SMALLEST_BIN: u64 = 20;

/// Leaves out thin bins, and as many more as it takes to hide them.
///
/// # Security
///
/// The total over all bins is known. A thin bin alone would be that total without the bins shown, so
/// the smallest of these go too until those left out have [`SMALLEST_BIN`] rows together.
pub(crate) fn without_thin<const N: usize>(
    bins: [CalibrationBin; N],
) -> [Option<CalibrationBin>; N] {
    let mut shown = bins.map(|bin| (bin.rows >= SMALLEST_BIN).then_some(bin));
    let all: u64 = bins.iter().map(|bin| bin.rows).sum();
    loop {
        let seen: u64 = shown.iter().flatten().map(|bin| bin.rows).sum();
        if seen == all || all - seen >= SMALLEST_BIN {
            return shown;
        }
        let smallest = shown
            .iter_mut()
            .filter(|bin| bin.is_some())
            .min_by_key(|bin| bin.map(|bin| bin.rows));
        match smallest {
            Some(bin) => *bin = None,
            None => return shown,
        }
    }
}
