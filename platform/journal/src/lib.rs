#![doc = include_str!("../README.md")]

mod chain;
mod entry;
mod export;
mod hex;
mod verify;
mod when;

pub use chain::{BadHead, Body, Chain, Head, Record, Salt};
pub use entry::{Entry, Kind, band};
pub use export::{ExportError, VERSION, export};
pub use verify::{Flaw, Verification, verify};
pub use when::{BadStudyName, StudyName, UnixSeconds};
