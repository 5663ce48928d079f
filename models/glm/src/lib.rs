#![doc = include_str!("../README.md")]

pub mod averaging;
mod descent;
mod design;
mod disclosure;
mod error;
pub mod evaluation;
mod family;
mod fit;
mod horizontal;
mod inference;
pub mod local;
mod metrics;
mod moments;
mod newton;
pub mod solve;
mod specification;
mod steps;
mod table;
mod tally;
mod training;
mod withhold;

pub use design::{Design, RawCoefficients, Term};
pub use disclosure::{Disclosure, Protocol, Role, disclosures};
pub use error::{Failure, GlmError};
pub use family::{Family, Likelihood, RowTerms};
pub use fit::{Estimate, Fit, Published};
pub use horizontal::{Answered, aggregate, aggregate_turn, announce, contribute, contribute_turn};
pub use metrics::{CalibrationBin, Evaluation, SMALLEST_BIN, SMALLEST_CLASS, Scored, Shared, auc};
pub use moments::{Centre, largest_moments, local_moments, moments_len};
pub use specification::{
    BadSpecification, Column, ConstantColumns, Kind, MOST_COLUMNS, Range, Regression, Specification,
};
pub use steps::{Candidate, Sums, largest_sums, local_sums, sums_len};
pub use table::{BadTable, Table};
pub use tally::{CALIBRATION_BINS, HISTOGRAM_BINS};
pub use training::{Cohort, MOST_SUMS, Point, Question, Training, shape};
