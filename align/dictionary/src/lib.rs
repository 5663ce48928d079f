#![doc = include_str!("../README.md")]

mod band;
mod disclosure;
mod error;
mod protocol;
mod terms;
mod usage;

pub use band::Band;
pub use disclosure::{DISCLOSURES, Disclosure, Role};
pub use error::{Breach, DictionaryError};
pub use protocol::{Answer, Count, Place, Told, hold, respond};
pub use terms::Terms;
pub use usage::Usage;
