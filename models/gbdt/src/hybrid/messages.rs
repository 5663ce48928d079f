//! The messages of docs/protocols/gbdt-hybrid.md, in the order of figures 1 and 2.

use bytes::Bytes;
use consilium_base::Digest;
use consilium_lwe::{Nonce, RefreshKey};
use consilium_mailbox::Message;
use consilium_secagg::SumNumber;
use serde::{Deserialize, Serialize};

use crate::{
    Cuts, MOST_ROWS,
    few::few,
    quantiles::Cells,
    vertical::messages::{CHUNK, Choice},
};

macro_rules! message {
    ($name:ident, $step:literal, $limit:expr) => {
        impl Message for $name {
            const STEP: &'static str = $step;
            const LIMIT: usize = $limit;
        }
    };
}

/// s0: how many rows all hospitals have together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rows {
    pub(crate) rows: u32,
    /// How many of them the label holder has in common with the receiver, hospital by hospital.
    #[serde(deserialize_with = "few")]
    pub(crate) parts: Vec<u32>,
}

// Five bytes for each hospital.
message!(Rows, "gbdt-hybrid.1.rows", 1024);

/// s1: a hospital's part of the seed by which candidates are dealt.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Shuffling {
    pub(crate) part: [u8; 32],
}

message!(Shuffling, "gbdt-hybrid.1.shuffling", 64);

impl std::fmt::Debug for Shuffling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shuffling").finish_non_exhaustive()
    }
}

/// s3: a hash of the seed, of how columns are cut and of how many rows there are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Alike {
    pub(crate) digest: Digest,
}

message!(Alike, "gbdt-hybrid.1.alike", 64);

/// s2: what the coordinator asks or tells of the columns.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Cutting {
    /// How many values lie in parts of these cells.
    Cells(Cells),
    /// The cut points; how many values are missing in each column.
    Cut(Cuts),
    /// A bit for each column: does any row miss its value?
    Missing(Bytes),
}

// A thousand columns, of each 510 cells of five bytes or 254 cut points of eight.
message!(Cutting, "gbdt-hybrid.1.cutting", 4 << 20);

/// m3: under what the tree's rows are encrypted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub(crate) nonce: Nonce,
    pub(crate) key: RefreshKey,
    /// The number of the tree's first sum of ciphertexts.
    pub(crate) first: SumNumber,
    /// A bit for each of the receiver's rows: was it drawn? Nothing where all were.
    pub(crate) drawn: Bytes,
}

message!(Opened, "gbdt-hybrid.1.opened", MOST_ROWS / 8 + CHUNK);

/// m4, m9 and m11: what a hospital does next in the tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Turn {
    /// m4: add up the root's rows.
    Root,
    /// m9: give the sides of these nodes' rows.
    Chosen(#[serde(deserialize_with = "few")] Vec<Choice>),
    /// m11: part these nodes, then add up their children's rows.
    Parted(#[serde(deserialize_with = "few")] Vec<Parted>),
    /// m11: nothing, the tree is grown.
    Grown,
}

message!(Turn, "gbdt-hybrid.1.turn", MOST_ROWS / 8 + CHUNK);

/// A node that is split.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Parted {
    pub(crate) fork: Fork,
    /// A bit for each of the receiver's rows in it: does it go left? None where it is a split of the
    /// hospitals.
    pub(crate) sides: Option<Bytes>,
}

/// A node whose children are examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fork {
    /// The node, in the order in which nodes are examined: its children are the next two.
    pub(crate) node: u32,
    /// Whether it is the left child whose rows are added up.
    pub(crate) builds_left: bool,
}

/// m4 and m11: what the coordinator does next in the tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Level {
    /// m4: counts for the root.
    Root,
    /// m11: counts for the children of these nodes.
    Forks(#[serde(deserialize_with = "few")] Vec<Fork>),
    /// m11: nothing, the tree is grown.
    Grown,
}

message!(Level, "gbdt-hybrid.1.level", CHUNK);

/// m6: what may be told of nodes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Decided {
    #[serde(deserialize_with = "few")]
    pub(crate) nodes: Vec<Allowed>,
}

message!(Decided, "gbdt-hybrid.1.decided", 16 * CHUNK);

/// What may be told of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Allowed {
    /// A bit for each slot: are its sums returned?
    pub(crate) open: Bytes,
    /// A bit for each column drawn: do all rows have its value?
    pub(crate) present: Bytes,
}

/// m7: which sums a hospital returns of nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outlined {
    /// Of each ciphertext in turn a bit for each slot, in whole bytes.
    #[serde(deserialize_with = "few")]
    pub(crate) nodes: Vec<Bytes>,
    /// A hash, by the seed, of what the hospital was told: how columns are cut, what may be told of the
    /// nodes.
    pub(crate) told: Digest,
}

message!(Outlined, "gbdt-hybrid.1.outlined", 64 * CHUNK);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_seed_is_not_shown() {
        let shown = format!("{:?}", Shuffling { part: [173; 32] });
        assert!(!shown.contains("173"), "{shown}");
    }
}
