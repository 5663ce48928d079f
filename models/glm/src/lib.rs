#![doc = include_str!("../README.md")]

mod answer;
pub mod averaging;
mod calibration;
mod counts;
mod descent;
mod design;
mod disclosure;
mod error;
pub mod evaluation;
mod family;
mod fit;
mod goodness;
mod horizontal;
mod inference;
pub mod local;
mod measures;
mod metrics;
mod moments;
mod newton;
mod numbers;
pub mod solve;
mod specification;
mod steps;
mod table;
mod tally;
mod training;
#[cfg(test)]
mod wire;

pub use calibration::{CalibrationBin, SMALLEST_BIN};
pub use counts::SMALLEST_SAMPLE;
pub use design::{Design, RawCoefficients, Term};
pub use disclosure::{Case, Disclosure, Protocol, Role, Setting, disclosures};
pub use error::{Failure, GlmError};
pub use family::{Family, Likelihood, RowTerms};
pub use fit::{Estimate, Fit, Published};
pub use goodness::GoodnessOfFit;
pub use horizontal::{Answered, aggregate, aggregate_turn, announce, contribute, contribute_turn};
pub use measures::Measures;
pub use metrics::{Evaluation, SMALLEST_CLASS, Scored, Shared, auc};
pub use moments::{Centre, largest_moments, local_moments, moments_len};
pub use specification::{
    BadSpecification, Column, ConstantColumns, Kind, MOST_COLUMNS, Range, Regression, Specification,
};
pub use steps::{Candidate, Sums, largest_sums, local_sums, sums_len};
pub use table::{BadTable, Table};
pub use tally::{CALIBRATION_BINS, HISTOGRAM_BINS};
pub use training::{Cohort, MOST_SUMS, Point, Question, Training, shape};
