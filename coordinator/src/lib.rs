//! The daemon that schedules, relays and aggregates. It holds no rows and no keys to read them.
//!
//! [`init`] founds a federation in a state folder, [`start`] listens: for participants' links,
//! newcomers and operators over mutual TLS, for the machine's administrator over a socket in the
//! state folder. What the daemon keeps is in [`store`]: after a crash it goes on from there.

mod access;
mod ambient;
mod config;
mod daemon;
mod desk;
mod enrolment;
mod error;
mod files;
mod office;
mod operator;
mod roster;
pub mod store;
mod study;
mod tasks;

pub use ambient::Ambient;
pub use config::{Config, ConfigError, RawConfig, RawLog, RawRelay};
pub use daemon::{CoordinatorHandle, run, start};
pub use error::CoordinatorError;
pub use office::{Founded, init};
