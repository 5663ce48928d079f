#![doc = include_str!("../README.md")]

mod linear;
mod proto;

pub use linear::{InverseLink, LinearModel, NotExportable};
