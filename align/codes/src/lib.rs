#![doc = include_str!("../README.md")]

mod agreement;
mod chinese;
mod coverage;
mod day;
mod error;
mod form;
mod groups;
pub mod import;
mod map;
mod names;
mod rollup;
mod rule;
mod sheet;
mod table;

pub use agreement::{Agreement, Recoded};
pub use coverage::{Coverage, CoverageReport, Offender, Weight};
pub use day::{BadDay, Day};
pub use error::{CodesError, RowFault};
pub use form::{Form, Normal, Repair, Unclear};
pub use groups::{Group, Groups};
pub use map::{CodeMap, Edition, Entry, MapHead, Mapping, Scenario};
pub use names::{
    Amount, Candidate, Decision, Library, LibraryHead, Matcher, Named, Product, Query, Reason,
    Review, ReviewRow, Reviewed, Subject, plain,
};
pub use rollup::{Chapter, DrgParts, Level, Severity, Treatment};
pub use rule::{Chosen, Rule, Weights};
pub use sheet::{MOST_BYTES, kind, text};
pub use table::{CodeRow, CodeTable, Status, TableHead, Validity};
