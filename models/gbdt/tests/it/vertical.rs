//! Fits over split columns, in every world.

mod cost;
mod leakage;
mod parity;
mod predicting;
mod protection;
mod resuming;
mod tampering;
pub(crate) mod wire;
mod world;
