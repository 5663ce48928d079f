#![doc = include_str!("../README.md")]

mod chinese;
mod compare;
mod error;
mod fill;
mod frames;
mod limits;
mod mapping;
mod program;
mod query;
mod raw;
mod request;
mod running;
mod source;
mod wanted;

pub use compare::{Mismatch, OutputColumn, OutputType, compare};
pub use consilium_schema::TextPlace;
pub use error::{MappingError, QueryError, SourceFault};
pub use limits::{Beyond, Limits};
pub use mapping::Mapping;
pub use program::{Program, Whereabouts};
pub use query::Query;
pub use request::{ENGINE, FORMAT, Fault, Request, Task};
pub use source::{Format, Recoding, Source, TypedColumn};
pub use wanted::{Features, Wanted};
