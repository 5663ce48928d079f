//! Tests of the crate from outside.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]

mod laws;
mod measures;
mod pages;
mod world;
