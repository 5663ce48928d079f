#![doc = include_str!("../README.md")]

mod answer;
mod bits;
mod dealing;
pub mod derivable;
pub mod encoding;
mod error;
mod field;
mod graph;
pub mod group;
mod keys;
mod lanes;
mod lists;
mod mask;
mod messages;
pub mod opening;
mod packing;
pub mod plain;
mod protocol;
mod setup;
mod shamir;
mod summation;
mod summing;
mod terms;
mod thresholds;
mod unmask;

pub use answer::{Told, answer};
pub use bits::{BadWidth, Bits};
pub use encoding::{Encoding, EncodingError};
pub use error::{Breach, SumError};
pub use opening::{BookError, Entry, MemoryBook, OpeningBook, Refusal};
pub use packing::packed_len;
pub use protocol::{Aggregator, Contributor, Credentials, SETUP};
pub use summation::{Contribute, Input, Open, Opened, SumNumber, SumShape};
pub use terms::{StudyId, Terms, TermsError};
pub use thresholds::{Assumed, COMPLETE_UP_TO, ThresholdError, Thresholds};
