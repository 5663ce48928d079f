#![doc = include_str!("../README.md")]

mod access;
mod cards;
mod config;
mod daemon;
mod desk;
mod enrolment;
mod error;
mod kept;
mod office;
mod operator;
mod roster;
pub mod store;
mod study;
mod wire;

pub use config::{Config, RawConfig, RawRelay};
pub use consilium_node::Ambient;
pub use daemon::{CoordinatorHandle, start};
pub use error::CoordinatorError;
pub use office::{Founded, init};
