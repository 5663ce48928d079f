//! The daemon at an institution: it holds the data and obeys its stewards.
//!
//! It protects the institution's rows from everybody else, the coordinator and the other
//! institutions among them: nothing of them leaves but what a plan says that a steward of this
//! institution has signed, with a key that the daemon does not hold.
//!
//! [`join`] turns an invitation into a membership, [`start`] dials the coordinator and listens on a
//! socket in the state folder for the institution's people. What the daemon keeps is in [`store`]:
//! after a crash it goes on from there.

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
