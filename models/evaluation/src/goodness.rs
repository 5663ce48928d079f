//! How well predicted numbers meet the true ones.

use consilium_secagg::{Encoding, EncodingError};
use serde::{Deserialize, Serialize};

use crate::{
    Failure, Scored, Subject,
    calibration::{CalibrationBin, without_thin},
    counts::{Counts, SMALLEST_SAMPLE, count},
    numbers::Numbers,
    tally::CALIBRATION_BINS,
};

/// Measures of predicted numbers on rows with known labels.
///
/// With labels yᵢ and predictions μᵢ of n rows, ȳ the mean of these labels, d the unit deviance
/// ([`Deviance::of`](crate::Deviance::of)).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoodnessOfFit {
    /// Rows.
    pub rows: u64,
    /// Σ d(yᵢ, μᵢ), in squared units of the label for the normal distribution, in units of
    /// the label for Poisson, in their power 2 − p for Tweedie.
    pub deviance: f64,
    /// Σ d(yᵢ, ȳ): that of predicting the mean.
    pub null_deviance: f64,
    /// D² = 1 − deviance / null deviance: 1 is perfect, 0 as good as the mean, below 0 worse; R²
    /// for the normal distribution. Nothing where all labels are the same.
    ///
    /// Cameron and Windmeijer, Journal of Econometrics 1997.
    pub d2: Option<f64>,
    /// Root of the mean of (yᵢ − μᵢ)², in units of the label.
    pub rmse: f64,
    /// Mean of |yᵢ − μᵢ|, in units of the label.
    pub mae: f64,
    /// ȳ.
    pub mean_observed: f64,
    /// Mean of μᵢ: beside ȳ, the calibration in the large.
    ///
    /// Steyerberg et al., Epidemiology 2010.
    pub mean_predicted: f64,
    /// Rows whose prediction was farther off than sums allow, and was measured as if it lay at the
    /// limit: one width of the declared range of labels beyond it, or where means are
    /// positive a ten-thousandth of the label.
    pub limited: u64,
    /// By linear predictor, cut where a normal distribution of its mean and deviation has its
    /// tenths; nothing where there are too few rows.
    pub calibration: [Option<CalibrationBin>; CALIBRATION_BINS],
}

/// Deviance, null deviance, squared differences, absolute ones, rows that were limited.
const HEAD: usize = 5;
/// What arithmetic may leave of a deviance that is zero, for each row in the unit of deviances:
/// labels that differ so little are too narrow for their range to be fitted.
const NOTHING: f64 = 1e-12;
/// Rows, labels, predictions.
const PER_BIN: usize = 3;
/// The tenths of the standard normal distribution.
const TENTHS: [f64; CALIBRATION_BINS - 1] = [
    -1.281_55, -0.841_62, -0.524_40, -0.253_35, 0.0, 0.253_35, 0.524_40, 0.841_62, 1.281_55,
];

/// Gives the length of the vector that [`local`] makes.
pub(crate) const LEN: usize = HEAD + PER_BIN * CALIBRATION_BINS;

/// Adds up rows of which the counts over all parties are known.
pub(crate) fn local(subject: &Subject, scored: &[Scored], counts: &Counts) -> Vec<f64> {
    let numbers = Numbers::of(subject);
    let (deviance, unit) = (numbers.deviance(), numbers.deviance_unit());
    let mut sums = vec![0.0; LEN];
    for row in scored {
        let limited = numbers.limited(row);
        let apart = (row.label - limited) / numbers.width();
        sums[0] += deviance.of(row.label, limited) / unit;
        sums[1] += deviance.of(row.label, counts.label) / unit;
        sums[2] += apart * apart;
        sums[3] += apart.abs();
        sums[4] += f64::from(limited.total_cmp(&row.score).is_ne());
        let bin = &mut sums[HEAD + PER_BIN * bin(numbers.predictor(limited), counts)..];
        bin[0] += 1.0;
        bin[1] += numbers.unit(row.label);
        bin[2] += numbers.unit(limited);
    }
    sums
}

/// Makes the code in which these sums are added up.
pub(crate) fn encoding(subject: &Subject) -> Result<Encoding, EncodingError> {
    let rows = subject.most_rows();
    let most = Numbers::of(subject).most_deviance(rows, subject.most_rows_in_all());
    let mut largest = vec![most.0, most.1, 4.0 * rows, 2.0 * rows];
    largest.resize(LEN, 2.0 * rows);
    Encoding::new(&largest, subject.most_contributors(), subject.bits())
}

/// Reads opened sums; refuses those that no rows can have, and rows too few to be measured.
pub(crate) fn read(
    subject: &Subject,
    sums: &[f64],
    counts: &Counts,
) -> Result<GoodnessOfFit, Failure> {
    let found = measure(subject, sums, counts)?;
    if found.rows < SMALLEST_SAMPLE {
        let minimum = SMALLEST_SAMPLE;
        return Err(Failure::TooFewToEvaluate { minimum });
    }
    Ok(found)
}

fn measure(subject: &Subject, sums: &[f64], counts: &Counts) -> Result<GoodnessOfFit, Failure> {
    let Some((head, bins)) = sums.split_at_checked(HEAD) else {
        return Err(Failure::Implausible);
    };
    let numbers = Numbers::of(subject);
    let mut calibration = [CalibrationBin {
        rows: 0,
        predicted: 0.0,
        observed: 0.0,
    }; CALIBRATION_BINS];
    let (mut rows, mut labels, mut predictions) = (0, 0.0, 0.0);
    for (bin, sums) in calibration.iter_mut().zip(bins.chunks_exact(PER_BIN)) {
        let of_bin = count(sums[0])?;
        *bin = CalibrationBin {
            rows: of_bin,
            predicted: numbers.value(sums[2] / of_bin as f64),
            observed: numbers.value(sums[1] / of_bin as f64),
        };
        rows += of_bin;
        labels += sums[1];
        predictions += sums[2];
    }
    let n = rows as f64;
    if sums.len() != LEN || head.iter().any(|sum| *sum < -0.5) || n > subject.most_rows_in_all() {
        return Err(Failure::Implausible);
    }
    let (distance, unit) = (numbers.deviance(), numbers.deviance_unit());
    let deviance = unit * head[0];
    let mean_observed = numbers.value(labels / n);
    // Deviances from any mean differ from those from the rows' own by its deviance, once a row: what
    // was counted may have been the mean of more parties than are left.
    let from_own_mean = unit * head[1] - n * distance.of(mean_observed, counts.label);
    let null_deviance = if from_own_mean > NOTHING * unit * n {
        from_own_mean
    } else {
        0.0
    };
    Ok(GoodnessOfFit {
        rows,
        deviance,
        null_deviance,
        d2: (null_deviance > 0.0).then(|| 1.0 - deviance / null_deviance),
        rmse: numbers.width() * (head[2] / n).max(0.0).sqrt(),
        mae: numbers.width() * head[3] / n,
        mean_observed,
        mean_predicted: numbers.value(predictions / n),
        limited: count(head[4])?,
        calibration: without_thin(calibration),
    })
}

impl GoodnessOfFit {
    /// Measures rows that lie in one place; nothing if there are none.
    ///
    /// # Security
    ///
    /// As of [`Evaluation::own`](crate::Evaluation::own).
    pub fn own(subject: &Subject, scored: &[Scored]) -> Option<GoodnessOfFit> {
        let counts = Counts::of(subject, scored)?;
        let sums = local(subject, scored, &counts);
        measure(subject, &sums, &counts).ok()
    }
}

fn bin(predictor: f64, counts: &Counts) -> usize {
    let from_mean = predictor - counts.predictor.mean;
    let deviation = counts.predictor.deviation;
    TENTHS
        .iter()
        .filter(|tenth| from_mean >= **tenth * deviation)
        .count()
}
