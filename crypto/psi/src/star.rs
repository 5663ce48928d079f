//! `psi-star/1`: three and more parties learn which rows all of them share, and nothing of any pair.
//!
//! Figure, messages and what each party and each coalition learns: `docs/protocols/psi-star.md`.

mod bucket;
mod messages;
mod protocol;
mod result;
mod session;
mod shares;
mod terms;

pub use protocol::align;
pub use terms::Party;

#[cfg(test)]
mod collusion;
