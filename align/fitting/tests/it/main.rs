//! Fitting, over rows in one place and over statistics made by hand.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]

mod golden;
mod refusals;
mod rows;
mod selection;
mod world;
