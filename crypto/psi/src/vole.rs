//! `psi-vole/1`: two parties, large sets of like size, a key-value store under a correlation.
//!
//! Figure, messages and what each party learns: `docs/protocols/psi-vole.md`.

mod bits;
mod code;
mod correlation;
mod field;
mod ggm;
mod hashing;
mod okvs;
mod ot;
mod prf;
mod subfield;
mod tags;
