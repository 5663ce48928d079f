//! Tests of the crate from outside.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]

mod averaging;
mod failures;
mod faults;
mod few;
mod forged;
mod laws;
mod lies;
mod masked;
mod noise;
mod pages;
mod parity;
mod real;
mod refusals;
mod short;
mod surrogate;
mod vectors;
mod widths;
mod world;
