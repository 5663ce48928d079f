#![doc = include_str!("../README.md")]

mod binned;
mod cell;
mod count;
mod cuts;
mod error;
mod gain;
mod growth;
mod histogram;
pub mod horizontal;
mod importance;
mod keeping;
pub mod local;
mod model;
mod objective;
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
pub use cuts::{BadCuts, Cuts, MISSING, MOST_COLUMNS};
pub use error::Failure;
pub use gain::{Bounds, Criterion};
pub use growth::{Fork, Growth, OutOfStep, Place, Remainder, Wanted};
pub use histogram::{Histogram, Layout};
pub use importance::Importance;
pub use keeping::{Keep, aggregate_and_keep};
pub use model::{BadModel, FORMAT, Model, Rule};
pub use objective::{Objective, Slope};
pub use partition::Partition;
pub use quantum::{Quanta, Quantum, SumBits, Totals};
pub use rows::{Drawn, LabelTotals, LossTotals, Rows};
pub use sampling::{Segment, draw_columns};
pub use search::Search;
pub use specification::{
    BadSpecification, Boosting, Direction, EarlyStopping, Growing, MOST_DEPTH, MOST_LEAVES,
    MOST_TREES, RowSampling, Specification,
};
pub use split::{BinRule, Side, Split, best_split};
pub use stopping::{Losses, Stopping};
pub use table::{BadTable, Column, MOST_ROWS, Table};
pub use tree::{BadTree, Branch, Leaf, MOST_NODES, Node, NodeId, Tree};
