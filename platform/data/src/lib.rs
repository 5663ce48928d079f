#![doc = include_str!("../README.md")]

mod cells;
mod chinese;
mod column;
mod date;
mod decode;
pub mod design;
mod dialect;
pub mod draft;
mod error;
mod passing;
mod place;
mod profile;
mod read;
mod records;
mod report;
mod source;
mod table;
mod tally;

pub use cells::{flag_of, number_of};
pub use chinese::{system_in_chinese, system_known_in_chinese};
pub use column::{Categories, Dates, Flags, Numbers, Texts, Values};
pub use date::Date;
pub use error::{Foreign, ReadError};
pub use passing::Passing;
pub use place::{CellFault, ColumnRef, Fields, Issue, Line, Place, Row, RowFault};
pub use profile::profile;
pub use read::{Intake, Loaded, Reading, Refusal};
pub use records::names;
pub use report::{Counts, Note, Report};
pub use source::open;
pub use table::{NamedColumn, Table};
