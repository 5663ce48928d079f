#![doc = include_str!("../README.md")]

mod agreement;
mod codes;
mod course;
mod disclosure;
mod error;
mod findings;
mod grid;
mod known;
mod local;
mod moments;
mod noise;
mod own;
mod protocol;
mod publish;
mod quantile;
mod specification;
mod suppress;
mod table;
pub mod vertical;
#[cfg(test)]
mod wire;

pub use agreement::{Agreement, Cost};
pub use course::pooled;
pub use disclosure::disclosures;
pub use error::StatisticsError;
pub use findings::{
    Cell, ColumnFindings, Comparison, Correlation, Evidence, EvidenceBin, Findings, Interval,
    Numbers, Outcome, OwnColumn, Period, Place, Quantile, Stability,
};
pub use protocol::{aggregate, contribute};
pub use specification::{
    BadSpecification, Column, FEWEST_CONTRIBUTORS, FINEST_QUANTILE, Kind, LEAST_EPSILON,
    LONGEST_CODE, MOST_CODES, MOST_COLUMNS, MOST_ELEMENTS, MOST_LEVELS, MOST_PERIODS,
    MOST_QUANTILES, Mode, Specification,
};
pub use suppress::hold_back;
pub use table::{Table, Values};
