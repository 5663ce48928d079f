//! Numbers with how sure they are.

use consilium_evaluation::Placements;
use consilium_lab::Interval;
use consilium_value::Value;
use serde::Serialize;

/// Standard errors from the middle of an interval of 95 % to its ends.
const ERRORS: f64 = 1.959_963_984_540_054;

/// A number with its standard error and its 95 % interval.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Estimate {
    pub(super) value: f64,
    pub(super) standard_error: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Estimate {
    fn new((value, standard_error): (f64, f64)) -> Estimate {
        Estimate {
            value,
            standard_error,
            low: value - ERRORS * standard_error,
            high: value + ERRORS * standard_error,
        }
    }

    /// An area under the ROC curve, by DeLong and others (1988).
    pub(super) fn of(area: &Placements) -> Estimate {
        Estimate::new((area.auc(), area.standard_error()))
    }

    /// By how much an area is larger than another one of the same rows: what both have by the choice of these rows
    /// falls out of its error. None if the rows are not as many.
    pub(super) fn more(area: &Placements, than: &Placements) -> Option<Estimate> {
        area.more_than(than).map(Estimate::new)
    }
}

impl From<Estimate> for Interval {
    fn from(it: Estimate) -> Interval {
        Interval {
            low: it.low,
            estimate: it.value,
            high: it.high,
        }
    }
}

/// What rows are worth, as a picture shows it.
pub(super) fn of_value(value: Value) -> Interval {
    Interval {
        low: value.interval.0,
        estimate: value.value,
        high: value.interval.1,
    }
}
