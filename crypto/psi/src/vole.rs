//! `psi-vole/1`: two parties, large sets of like size, a key-value store under a correlation.
//!
//! Figure, messages and what each party learns: `docs/protocols/psi-vole.md`.

mod bits;
mod bucket;
mod code;
mod correlation;
mod field;
mod gate;
mod ggm;
mod hashing;
mod marks;
mod messages;
mod okvs;
mod order;
mod ot;
mod prf;
mod protocol;
mod record;
mod result;
mod session;
mod sizes;
mod subfield;
mod tags;

pub use protocol::align;
pub use sizes::Sizes;
