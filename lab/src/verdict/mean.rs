//! Means with their standard errors.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::Interval;

/// A mean and its standard error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mean {
    pub(super) value: f64,
    pub(super) error: f64,
    /// Degrees of freedom.
    freedom: f64,
}

impl Mean {
    pub(crate) fn of(values: impl Iterator<Item = f64>, overlap: f64) -> Option<Mean> {
        let values: Vec<f64> = values.collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let freedom = count - 1.0;
        let variance = if freedom > 0.0 {
            squares / freedom
        } else {
            0.0
        };
        mean.is_finite().then_some(Mean {
            value: mean,
            error: (variance * (1.0 / count + overlap)).sqrt(),
            freedom,
        })
    }

    fn student(&self) -> Option<StudentsT> {
        StudentsT::new(0.0, 1.0, self.freedom).ok()
    }

    pub(crate) fn interval(&self) -> Interval {
        let reach = self.student().map_or(0.0, |t| t.inverse_cdf(0.975));
        Interval {
            low: self.value - reach * self.error,
            estimate: self.value,
            high: self.value + reach * self.error,
        }
    }

    /// Gives how sure it is that the true mean is at most `bound`; nothing of a single value.
    pub(super) fn chance_below(&self, bound: f64) -> Option<f64> {
        let distance = bound - self.value;
        if self.error > 0.0 {
            return self.student().map(|t| t.cdf(distance / self.error));
        }
        (self.freedom > 0.0).then(|| f64::from(u8::from(distance >= 0.0)))
    }
}
