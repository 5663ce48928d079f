//! Trees over several parties' rows.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]

mod advancing;
mod agreements;
mod faults;
mod lies;
mod masked;
mod pages;
mod parity;
mod resuming;
mod shrinking;
mod world;
