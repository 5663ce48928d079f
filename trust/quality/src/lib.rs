#![doc = include_str!("../README.md")]

mod adjust;
mod bootstrap;
mod check;
mod condition;
mod derived;
mod error;
mod grouped;
mod house;
mod interval;
mod offences;
mod pack;
mod pass;
mod raw;
mod read;
mod report;
mod rule;
mod rules;
mod run;
mod scope;
mod scoring;
mod shape;
mod shaped;
mod table;
mod tally;
mod verdict;
mod words;

use house::House;

pub use check::{Check, Checked, Progress};
pub use consilium_catalogue::Certainty;
pub use consilium_data::Date;
pub use consilium_schema::TextPlace;
pub use error::{QualityError, RuleError, RuleFault};
pub use pack::{Pack, PackTable};
pub use report::{
    CodeTable, ColumnCount, FORMAT, HeadingResult, Offence, Outcome, Report, RuleResult, Score,
    TableSize,
};
pub use rule::{AddsUp, Bound, Codes, Heading, Names, Origin, Rule, Severity, Sql, Test};
pub use rules::{Given, RuleSet};
pub use shape::{Profile, Shape};
pub use shaped::{Reading, Repair, Repaired, ShapeCell, ShapeResult};
pub use table::{ColumnCodes, Rows, Table};
