//! Tests of consilium-privacy from outside.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod laws;
mod membership;
mod models;
mod vectors;
