//! Tests of consilium-value from outside.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where its helper can't go on"
)]

mod cost;
mod faults;
mod laws;
mod leakage;
mod lies;
mod sums;
mod world;
