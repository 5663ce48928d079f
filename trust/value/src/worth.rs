//! A number with how sure it is, its step and its scores.

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
        let is_much = self.value.abs() >= MUCH * self.scale(explained);
        match self.interval {
            (_, upper) if upper < 0.0 && is_much => Step::HarmsMuch,
            (_, upper) if upper < 0.0 => Step::Harms,
            (lower, _) if lower > 0.0 && is_much => Step::HelpsMuch,
            (lower, _) if lower > 0.0 => Step::Helps,
            _ => Step::Unclear,
        }
    }

    /// Gives what it is held against: what the model explains with the rows or without them, whichever is
    /// more, be it for better or worse.
    fn scale(&self, explained: f64) -> f64 {
        explained.abs().max((explained - self.value).abs())
    }

    /// Gives a score from 0 to 100, and those of both ends of the interval.
    ///
    /// 50 says that the rows change nothing, 100 that without them 5 % or more of what the model explains
    /// would be lost, 0 that as much would be won; in between it is a straight line. It is ours; no standard says so.
    pub fn score(&self, explained: f64) -> Measure {
        let full = MUCH * self.scale(explained);
        let of = |value: f64| {
            if full > 0.0 {
                50.0 + 50.0 * (value / full).clamp(-1.0, 1.0)
            } else {
                50.0
            }
        };
        self.measure("leave-one-out", of)
    }

    /// Gives a score from 0 to 100 of how sure it is that the value is above zero: `100 Φ(value / error)`, and
    /// those of both ends of the interval. It is ours; no standard says so.
    pub(crate) fn sureness(&self, id: &str) -> Measure {
        let of = |value: f64| match self.standard_error > 0.0 {
            true => 100.0 * Normal::standard().cdf(value / self.standard_error),
            false if value > 0.0 => 100.0,
            false if value < 0.0 => 0.0,
            false => 50.0,
        };
        self.measure(id, of)
    }

    fn measure(&self, id: &str, of: impl Fn(f64) -> f64) -> Measure {
        Measure {
            id: id.to_owned(),
            score: of(self.value),
            low: of(self.interval.0),
            high: of(self.interval.1),
        }
    }

    /// Gives it with value and standard error in three significant digits.
    pub(crate) fn rounded(self) -> Value {
        Value::new(rounded(self.value), rounded(self.standard_error))
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

/// Rounds to three significant digits.
pub(crate) fn rounded(number: f64) -> f64 {
    // Through decimal text, so that the result is the number that is printed.
    format!("{number:.2e}").parse().unwrap_or(number)
}

/// Gives how much of an equal share of the Shapley values an institution's own one is: 100 is as much as the
/// mean of all institutions' or more, 50 half of that; what is below zero counts as zero.
///
/// The interval's lower end is that of the lower end of the own value and the upper ends of the others';
/// its upper end the other way round. It is ours; no standard says so.
pub fn share(own: &Value, others: &[Value]) -> Measure {
    let institutions = 1 + others.len();
    let of = |own: f64, end: fn(&Value) -> f64| {
        let own = own.max(0.0);
        let all = own + others.iter().map(|it| end(it).max(0.0)).sum::<f64>();
        if all > 0.0 {
            (100.0 * own * institutions as f64 / all).min(100.0)
        } else {
            0.0
        }
    };
    Measure {
        id: "shapley".to_owned(),
        score: of(own.value, |it| it.value),
        low: of(own.interval.0, |it| it.interval.1),
        high: of(own.interval.1, |it| it.interval.0),
    }
}
