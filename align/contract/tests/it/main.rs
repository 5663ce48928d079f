//! Tests of the crate from outside.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]

mod cost;
mod differing;
mod faults;
mod leakage;
mod pages;
mod world;
