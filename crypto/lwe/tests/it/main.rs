//! What holds of encrypted sums, whatever the rows.
#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "a test fails by panicking, and its numbers are small"
)]

mod laws;
mod vectors;
mod wire;
mod world;
