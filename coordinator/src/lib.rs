//! The daemon that schedules, relays and aggregates. It holds no rows and no keys to read them.
//!
//! What it keeps is in [`store`].

pub mod store;
