//! The learner through its public face.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]
#![allow(
    clippy::float_cmp,
    reason = "what is computed in the same way is the same bit for bit"
)]

mod few_bits;
mod fits;
mod growth;
mod horizontal;
mod hybrid;
mod laws;
mod masks;
mod models;
mod parties;
mod recount;
mod splits;
mod vertical;
mod world;
