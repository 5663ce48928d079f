//! Tests of the crate from outside.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "made-up rows are small whole numbers"
)]

mod cost;
mod faults;
mod laws;
mod leakage;
mod lies;
mod masked;
mod pages;
mod refusals;
mod world;
