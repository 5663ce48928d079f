//! Whole daemons on loopback: a coordinator and its participants.

mod align;
mod cards;
mod clocks;
mod contract;
mod damaged;
mod dictionary;
mod full_disk;
mod house;
mod hybrid;
mod joint;
mod life;
mod mapping;
pub(crate) mod people;
mod refusals;
mod results;
mod scarcity;
mod statistics;
mod value;
mod vertical;
mod vouches;
mod world;
