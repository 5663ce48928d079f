//! What both daemons share: the link and the blind relay, TLS, telemetry, configuration, shutdown.
//!
//! It protects what is under way: a frame reaches its receiver once, in order and unchanged, over
//! connections that break and relays that restart; nobody speaks for another; and neither a slow
//! daemon nor a hostile one makes another's memory grow. What a frame says is sealed above this
//! crate, in `consilium-identity`; of studies nothing is known here.
//!
//! A participant hangs a [`link::Link`] on a [`dial::Dialer`]. A coordinator serves
//! [`relay::LinkService`] behind a [`server::Door`], and lets its own party hang on the
//! [`relay::Relay`] in memory:
//!
//! ```
//! use consilium_mailbox::{Patience, RunId};
//! use consilium_node::{
//!     link::{Epoch, Limits, Link},
//!     relay::{Relay, RelayLimits},
//! };
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
//! # runtime.block_on(async {
//! let parties: [consilium_mailbox::PartyId; 2] = ["coordinator".parse()?, "hospital-a".parse()?];
//! let relay = Relay::new(parties[0].clone(), RelayLimits::default());
//! let link = Link::new(parties[0].clone(), Epoch([1; 16]), Limits::default());
//! let mailbox = link
//!     .transport(RunId([7; 16]), &parties[1..])?
//!     .into_mailbox(Patience::default());
//! let hosting = tokio::spawn(async move { relay.host(&link).await });
//!
//! assert_eq!(mailbox.me(), &parties[0]);
//! # hosting.abort();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
