#![doc = include_str!("../README.md")]

mod agreement;
mod disclosure;
mod error;
mod interval;
mod layout;
mod noise;
mod protocol;
mod rows;
mod sketch;
mod specification;
mod step;
mod surprisal;
mod tree;
#[cfg(test)]
mod wire;

pub use agreement::Agreement;
pub use disclosure::disclosures;
pub use error::ScarcityError;
pub use interval::Interval;
pub use protocol::{Opened, Outcome, Own, aggregate, contribute};
pub use rows::{Rows, Values};
pub use sketch::{Entities, Exclusive, Zeros};
pub use specification::{
    BadSpecification, Bins, Column, FEWEST_BUCKETS, FEWEST_CONTRIBUTORS, LEAST_EPSILON,
    LEAST_FALSE, LEAST_PSEUDO, MOST_BINS, MOST_BUCKETS, MOST_CELLS, MOST_COLUMNS, MOST_DELTA,
    MOST_EPSILON, MOST_FALSE, MOST_PSEUDO, Noise, Sketch, Specification,
};
pub use step::Step;
pub use surprisal::{ColumnSurprisal, RareRow, Surprisal};
