#![doc = include_str!("../README.md")]

pub mod averaging;
mod descent;
mod design;
mod disclosure;
mod error;
mod family;
mod few;
mod fit;
mod horizontal;
mod inference;
pub mod local;
mod moments;
mod newton;
pub mod noise;
mod partition;
pub mod solve;
mod specification;
mod steps;
pub mod surrogate;
mod table;
mod training;
#[cfg(test)]
mod wire;

pub use design::{Design, RawCoefficients, Term};
pub use disclosure::{Protocol, Setting, disclosures};
pub use error::{Failure, GlmError};
pub use family::{Family, Likelihood, RowTerms};
pub use few::has_few;
pub use fit::{Estimate, Fit, Published};
pub use horizontal::{Answered, aggregate, aggregate_turn, announce, contribute, contribute_turn};
pub use moments::{Centre, largest_moments, local_moments, moments_len};
pub use partition::{MOST_CELLS, Partition, Split};
pub use specification::{
    BadSpecification, Column, ConstantColumns, Kind, MOST_COLUMNS, Regression, Specification,
};
pub use steps::{Candidate, Sums, largest_sums, local_sums, sums_len};
pub use table::{BadTable, Table};
pub use training::{Cohort, MOST_STEPS, MOST_SUMS, Point, Question, Training, shape};
