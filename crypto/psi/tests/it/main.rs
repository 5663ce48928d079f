//! Set intersection from outside, each protocol by itself.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where its helper can't go on"
)]

mod damage;
mod ecdh;
mod pair;
mod star;
mod transcript;
mod unbalanced;
mod vole;
mod wire;
