#![doc = include_str!("../README.md")]

mod binned;
mod cell;
mod count;
mod cuts;
mod error;
pub(crate) mod few;
mod few_bits;
mod gain;
mod growth;
mod histogram;
pub mod horizontal;
pub mod hybrid;
mod importance;
pub mod local;
mod model;
mod objective;
mod ordered;
mod partition;
mod predict;
mod quantiles;
mod quantum;
mod rows;
mod sampling;
mod search;
mod specification;
mod split;
mod stopping;
mod table;
pub mod training;
mod tree;
pub mod vertical;

pub use binned::Binned;
pub use cell::Sums;
pub use cuts::{BadCuts, Cuts};
pub use error::Failure;
pub use gain::{Bounds, Criterion};
pub use growth::{Fork, Growth, OutOfStep, Place};
pub use histogram::{Histogram, Layout};
pub use importance::Importance;
pub use model::{BadModel, FORMAT, Model, Rule};
pub use objective::Objective;
pub use partition::Partition;
pub use quantum::{Quanta, Quantum, SumBits, Totals};
pub use rows::Rows;
pub use sampling::Segment;
pub use specification::{
    BadSpecification, Boosting, Direction, EarlyStopping, Growing, MOST_DEPTH, MOST_LEAVES,
    MOST_LEVELS, MOST_TREES, RowSampling, Specification,
};
pub use split::{BinRule, Side, Split, best_split};
pub use stopping::Losses;
pub use table::{BadTable, Column, MOST_ROWS, Table};
pub use tree::{BadTree, Branch, Leaf, Node, NodeId, Tree};

pub(crate) use cuts::{MISSING, MOST_COLUMNS};
pub(crate) use growth::Remainder;
pub(crate) use objective::Slope;
pub(crate) use rows::{Drawn, LossTotals};
pub(crate) use sampling::draw_columns;
pub(crate) use search::Search;
pub(crate) use stopping::Stopping;
pub(crate) use tree::MOST_NODES;
