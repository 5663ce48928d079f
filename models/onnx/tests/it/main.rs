//! What an independent runtime makes of exported files.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]

mod boosted;
mod linear;
mod onnxruntime;
mod prepared;
mod tract;
mod trees;
