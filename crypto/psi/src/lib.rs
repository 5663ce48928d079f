#![doc = include_str!("../README.md")]

mod disclosure;
pub mod ecdh;
mod error;
mod message;
mod noise;
mod opening;
mod parallel;
mod points;
mod progress;
mod record;
mod session;
mod sizes;
mod spill;
mod stamped;
pub mod star;
mod terms;
pub mod unbalanced;
pub mod vole;

pub use disclosure::{Disclosure, Protocol, Role, disclosures};
pub use error::{Breach, PsiError};
pub use noise::{BadEpsilon, Epsilon};
pub use sizes::Sizes;
pub use spill::{MemorySpill, Spill, SpillError, Unkept};
pub use terms::{Aligned, Party, Terms};

/// A key of one row as the protocols take it: 32 bytes, equal for equal keys.
///
/// A digest of the normalised key. Digesting hides nothing, since keys can be enumerated.
pub type Item = [u8; 32];
