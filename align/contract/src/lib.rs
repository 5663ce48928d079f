#![doc = include_str!("../README.md")]

mod compare;
mod contract;
mod disclosure;
mod error;
mod protocol;
#[cfg(test)]
mod wire;

pub use compare::{Difference, Part};
pub use contract::{Contract, Table};
pub use disclosure::{DISCLOSURE, OF_FAILURE};
pub use error::ContractError;
pub use protocol::{CONTRACT, Seal, prove};
