#![doc = include_str!("../README.md")]

mod chain;
mod entry;
mod export;
mod study_name;
mod verify;

pub use consilium_base::UnixTime;

pub use chain::{BadHead, Body, Chain, Head, Record, Salt};
pub use entry::{Entry, Kind, band};
pub use export::{ExportError, VERSION, export};
pub use study_name::{BadStudyName, StudyName};
pub use verify::{Flaw, Verification, verify};
