#![doc = include_str!("../README.md")]
#![warn(clippy::indexing_slicing)]

mod ambient;
pub mod bench;
pub mod config;
pub mod dial;
mod error;
pub mod files;
mod front;
pub mod link;
pub mod relay;
pub mod server;
mod shutdown;
mod spill;
pub mod status;
mod tasks;
pub mod telemetry;
pub mod tls;

pub use ambient::Ambient;
pub use error::NodeError;
pub use front::Front;
pub use shutdown::Shutdown;
pub use spill::FileSpill;
pub use tasks::Tasks;

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
