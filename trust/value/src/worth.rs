//! A number with how sure it is, and how others may hear of it.

use consilium_scorecard::Measure;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF as _, Normal};

/// Half of an interval that holds 95 % of a normal distribution, in deviations.
const HALF_INTERVAL: f64 = 1.959_963_984_540_054;

/// A share of what the model explains from which on rows help, or harm, much.
const MUCH: f64 = 0.05;

/// By how much the deviance over the judged rows falls: above zero is better. With its spread.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// The fall, in units of deviance (twice the log-likelihood).
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Lower and upper end of the 95 % interval.
    pub interval: (f64, f64),
}

/// In which of five steps a value lies. They are ours; no standard says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The whole interval lies below zero, and the value is 5 % of what the model explains or more.
    HarmsMuch,
    /// The whole interval lies below zero.
    Harms,
    /// The interval holds zero.
    Unclear,
    /// The whole interval lies above zero.
    Helps,
    /// The whole interval lies above zero, and the value is 5 % of what the model explains or more.
    HelpsMuch,
}

impl Value {
    /// Takes a value and its standard error.
    pub fn new(value: f64, standard_error: f64) -> Value {
        let reach = HALF_INTERVAL * standard_error;
        Value {
            value,
            standard_error,
            interval: (value - reach, value + reach),
        }
    }

    /// Says in which step it lies; `explained` is by how much the model lowers the deviance in all.
    pub fn step(&self, explained: f64) -> Step {
        let is_much = self.value.abs() >= MUCH * explained.abs();
        match self.interval {
            (_, upper) if upper < 0.0 && is_much => Step::HarmsMuch,
            (_, upper) if upper < 0.0 => Step::Harms,
            (lower, _) if lower > 0.0 && is_much => Step::HelpsMuch,
            (lower, _) if lower > 0.0 => Step::Helps,
            _ => Step::Unclear,
        }
    }

    /// Gives a score from 0 to 100: how sure it is that the rows help, `100 Φ(value / error)`.
    ///
    /// 50 says that nothing is known, or that they change nothing. It is ours; no standard says so.
    pub fn score(&self) -> f64 {
        if self.standard_error <= 0.0 {
            return match self.value {
                helps if helps > 0.0 => 100.0,
                harms if harms < 0.0 => 0.0,
                _ => 50.0,
            };
        }
        100.0 * Normal::standard().cdf(self.value / self.standard_error)
    }

    /// Gives the score under a name of a scorecard's, with what it would be at both ends of the interval.
    pub(crate) fn measure(&self, id: &str) -> Measure {
        let (low, high) = self.interval;
        let [score, low, high] =
            [self.value, low, high].map(|value| Value { value, ..*self }.score());
        Measure {
            id: id.to_owned(),
            score,
            low,
            high,
        }
    }

    /// Gives it with value and standard error in three significant digits.
    pub(crate) fn rounded(self) -> Value {
        // Through decimal text, so that the result is the number that is printed.
        let round = |number: f64| format!("{number:.2e}").parse().unwrap_or(number);
        Value::new(round(self.value), round(self.standard_error))
    }

    /// Says whether these can be a value's numbers.
    pub(crate) fn is_possible(&self) -> bool {
        let numbers = [self.value, self.interval.0, self.interval.1];
        numbers.iter().all(|number| number.is_finite())
            && self.standard_error.is_finite()
            && self.standard_error >= 0.0
            && self.interval.0 <= self.value
            && self.value <= self.interval.1
    }
}

/// Gives the share of an institution's Shapley value in that and the mean of the others', from 0 to 100:
/// 50 is as much as the others; what is below zero counts as zero.
///
/// It is ours; no standard says so.
pub fn share(own: f64, others: &[f64]) -> f64 {
    let others: f64 = others.iter().map(|it| it.max(0.0)).sum::<f64>() / others.len().max(1) as f64;
    match own.max(0.0) {
        own if own + others > 0.0 => 100.0 * (own / (own + others)),
        _ => 0.0,
    }
}
