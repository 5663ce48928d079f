#![doc = include_str!("../README.md")]

mod error;
mod file;
mod linear;
mod link;
mod preparation;
mod proto;
mod trees;

pub use error::NotExportable;
pub use linear::LinearModel;
pub use link::InverseLink;
pub use preparation::inputs;
pub use trees::{TreeModel, TreeNode};
