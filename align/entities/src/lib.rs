#![doc = include_str!("../README.md")]

mod bytes;
mod damage;
mod day;
mod entities;
mod error;
mod intake;
mod key;
mod kind;
mod letters;
mod report;
mod texts;

pub use bytes::{KeyBytes, KeyDigest};
pub use day::Day;
pub use entities::{Entities, KeyRows};
pub use error::{EntitiesError, KeyError, KeyFault, NoKey};
pub use intake::Intake;
pub use key::{Duplicates, Key, Part};
pub use kind::{Characters, Kind, Normal};
pub use report::{Counts, FrequentKey, Issue, Refusals, Repeat, Report, Row};
pub use texts::{Reason, Repair, Stop, Text};
