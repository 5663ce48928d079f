//! Tests of the link, the relay and TLS, in memory and over real sockets.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]

mod bench;
mod faults;
mod federation;
mod laws;
mod memory;
mod presence;
mod proxy;
mod sockets;
mod stalled;
mod talk;
mod telemetry;
mod world;
