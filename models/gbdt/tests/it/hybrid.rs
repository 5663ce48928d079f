//! Fits between a label holder and hospitals, in every world.

mod cost;
mod hiding;
mod leakage;
mod masked;
mod parity;
mod predicting;
mod protection;
mod resuming;
mod rows;
mod tampering;
mod wire;
mod world;
