#![doc = include_str!("../README.md")]

#[cfg(test)]
mod attack;
mod error;
mod keys;
mod messages;
pub mod noise;
mod open;
mod packing;
mod refresh;
mod residues;
mod ring;
mod sums;

pub use error::{Breach, LweError};
pub use keys::SecretKeys;
pub use messages::{Encrypted, Nonce, RefreshKey, Returned, RingElement};
pub use open::Opened;
pub use packing::Packing;
pub use refresh::{FloodShare, Refresher, Wanted};
pub use residues::Residues;
pub use ring::{Native, Noise, Parameters, Precision, PrimePair, Ring, Set, Short};
pub use sums::{Accumulator, Asked, Blocks, RawSum};
