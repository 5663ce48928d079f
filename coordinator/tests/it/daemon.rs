//! The whole daemon on loopback, with hospitals that are as real as tests need them.

mod cards;
mod damaged;
mod hospital;
mod life;
mod people;
mod revoked;
mod trees;
mod world;
