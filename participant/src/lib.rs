#![doc = include_str!("../README.md")]

mod alignments;
mod cards;
mod cohorts;
mod config;
mod daemon;
mod data;
mod error;
mod home;
mod join;
mod membership;
mod noised;
mod peers;
mod renew;
mod steward;
pub mod store;
mod study;
mod sweep;
mod tables;
mod valued;
mod wire;

pub use config::{Config, RawAuthority, RawConfig, RawData, RawMappings};
pub use consilium_node::Ambient;
pub use daemon::{ParticipantHandle, start};
pub use data::Mappings;
pub use error::ParticipantError;
pub use join::{Enrolled, Joined, enrol, join};
