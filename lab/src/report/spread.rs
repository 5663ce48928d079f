//! A mean with the standard deviation.

use serde::Serialize;

/// A mean with the standard deviation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, of count − 1 degrees of freedom; nothing of a single value.
    pub deviation: Option<f64>,
    /// How many values.
    pub count: usize,
}

impl Spread {
    /// Sums up values, those that are no numbers left out; nothing of none.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Option<Spread> {
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        let count = values.len();
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (count > 1).then(|| (squares / (count as f64 - 1.0)).sqrt());
        mean.is_finite().then_some(Spread {
            mean,
            deviation,
            count,
        })
    }
}
