//! `psi-ecdh/1`: two parties, any sizes, blinded points of ristretto255.
//!
//! Figure, messages and what each party learns: `docs/protocols/psi-ecdh.md`.

mod answer;
mod exchange;
mod matching;
mod messages;
mod protocol;
mod purpose;
mod record;
mod session;
mod steps;

pub use protocol::{Counted, align, cardinality};
pub use purpose::Shown;
