//! `psi-vole/1`: two parties, large sets of like size, a key-value store under a correlation.
//!
//! Figure, messages and what each party learns: `docs/protocols/psi-vole.md`.

mod bits;
mod bucket;
mod code;
pub(crate) mod correlation;
pub(crate) mod field;
mod gate;
mod ggm;
pub(crate) mod hashing;
pub(crate) mod marks;
pub(crate) mod messages;
pub(crate) mod okvs;
pub(crate) mod order;
mod ot;
pub(crate) mod prf;
mod protocol;
mod result;
mod session;
pub(crate) mod store;
mod subfield;
pub(crate) mod tags;

pub use protocol::align;
