//! Secure aggregation from outside: laws, faults, tampering, leakage.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where its helper can't go on"
)]

mod faults;
mod federation;
mod laws;
mod leakage;
mod liar;
mod lies;
mod tampering;
mod vectors;
mod wire;
