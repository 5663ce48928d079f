#![doc = include_str!("../README.md")]

mod ambient;
mod config;
mod daemon;
mod data;
mod error;
mod files;
mod home;
mod join;
mod membership;
mod peers;
mod renew;
mod steward;
pub mod store;
mod study;
mod tasks;
mod wire;

pub use ambient::Ambient;
pub use config::{Config, ConfigError, RawConfig, RawLog};
pub use daemon::{ParticipantHandle, run, start};
pub use error::ParticipantError;
pub use join::{Enrolled, Joined, enrol, join};
