#![doc = include_str!("../README.md")]
#![warn(clippy::indexing_slicing)]

pub mod bench;
pub mod config;
pub mod dial;
mod error;
pub mod link;
pub mod relay;
pub mod server;
mod shutdown;
pub mod status;
pub mod telemetry;
pub mod tls;

pub use error::NodeError;
pub use shutdown::Shutdown;

/// The gRPC services, generated.
#[allow(
    clippy::pedantic,
    unreachable_pub,
    missing_debug_implementations,
    reason = "generated code"
)]
pub mod grpc {
    tonic::include_proto!("consilium.v1");
}
