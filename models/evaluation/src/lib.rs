#![doc = include_str!("../README.md")]

mod calibration;
mod counts;
mod delong;
mod deviance;
mod disclosure;
mod error;
mod goodness;
mod measures;
mod metrics;
mod numbers;
mod protocol;
mod range;
mod subject;
mod tally;
mod weight;
#[cfg(test)]
mod wire;

pub use calibration::{CalibrationBin, SMALLEST_BIN};
pub use counts::SMALLEST_SAMPLE;
pub use delong::Placements;
pub use deviance::Deviance;
pub use disclosure::{Disclosure, Role};
pub use error::{EvaluationError, Failure};
pub use goodness::GoodnessOfFit;
pub use measures::Measures;
pub use metrics::{Evaluation, SMALLEST_CLASS, Scored, Shared, auc};
pub use protocol::{aggregate, contribute, share, shared};
pub use range::{BadRange, Range};
pub use subject::{BadSubject, Labels, Subject};
pub use tally::{CALIBRATION_BINS, HISTOGRAM_BINS};
pub use weight::{BadWeight, Weight};
