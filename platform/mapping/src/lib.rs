#![doc = include_str!("../README.md")]

mod compare;
mod error;
mod fill;
mod mapping;
mod program;
mod query;
mod raw;
mod request;
mod running;

pub use compare::{Mismatch, OutputColumn, OutputType, compare};
pub use consilium_schema::TextPlace;
pub use error::{MappingError, QueryError, SourceFault};
pub use mapping::{Format, Limits, Mapping, Source, TypedColumn};
pub use program::Program;
pub use query::Query;
pub use request::{FORMAT, Fault, Request, Task};
