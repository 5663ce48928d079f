#![doc = include_str!("../README.md")]

mod change;
pub mod columns;
pub mod decisions;
mod error;
mod folder;
mod format;
mod journal;
mod location;
mod open;
mod schema;
pub mod settings;
pub mod studies;

pub use change::Change;
pub use error::StoreError;
pub use format::{Format, Numbered};
pub use location::{BadLocation, Location, PostgresUrl};
pub use open::{Opening, Store};
pub use schema::Step;
