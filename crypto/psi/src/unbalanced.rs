//! `psi-unbalanced/1`: a small set against a large one, by a table that is fetched once.
//!
//! Figure, messages and what each party learns: `docs/protocols/psi-unbalanced.md`.

mod build;
mod charge;
mod exchange;
mod fetch;
mod find;
mod header;
mod lookup;
mod messages;
mod opening;
mod oprf;
mod protocol;
mod rice;
mod shape;
mod stamp;
mod table;

pub use build::build;
pub use charge::{Charge, Refused};
pub use protocol::{ask, look};
pub use shape::Uses;
pub use table::{Table, TableKey};
