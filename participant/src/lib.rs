//! The daemon at an institution: it holds the data and obeys its steward.
//!
//! What it keeps is in [`store`].

pub mod store;
