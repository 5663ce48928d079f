#![doc = include_str!("../README.md")]

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
