//! Whole daemons on loopback: a coordinator and its participants.

mod house;
mod life;
mod refusals;
mod world;
