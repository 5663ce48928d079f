//! The messages of docs/protocols/gbdt-vertical.md, in the order of figure 1.

use bytes::Bytes;
use consilium_lwe::{Encrypted, Nonce, RefreshKey, Returned};
use consilium_mailbox::Message;
use serde::{Deserialize, Serialize};

use crate::{MOST_ROWS, few::few};

/// The most bytes that chunks of ciphertexts are made to have.
pub(crate) const CHUNK: usize = 1 << 20;

macro_rules! message {
    ($name:ident, $step:literal, $limit:expr) => {
        impl Message for $name {
            const STEP: &'static str = $step;
            const LIMIT: usize = $limit;
        }
    };
}

/// m1: what comes next.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Called {
    /// This tree; the trees before it stand, whatever was kept of later ones is void.
    Tree(u32),
    /// Nothing: the model consists of so many trees.
    Finished(u32),
}

message!(Called, "gbdt-vertical.1.called", 64);

/// m2: what a feature holder brings to the tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Offered {
    pub(crate) nonce: Nonce,
    pub(crate) candidates: u32,
    /// How many rows it has in common with the label holder.
    pub(crate) rows: u32,
}

message!(Offered, "gbdt-vertical.1.offered", 128);

/// m3: under what the tree's rows are encrypted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub(crate) nonce: Nonce,
    pub(crate) key: RefreshKey,
    /// The largest |g| and the largest h of a row, in quanta, at least 1; zeros where sums have no noise.
    pub(crate) largest: [u32; 2],
    /// A bit for each row: was it drawn? Nothing where all were.
    pub(crate) drawn: Bytes,
}

message!(Opened, "gbdt-vertical.1.opened", MOST_ROWS / 8 + CHUNK);

/// m4: some rows of a node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Blocks {
    pub(crate) rows: Encrypted,
}

message!(Blocks, "gbdt-vertical.1.blocks", 2 * CHUNK);

/// m5: some sums of a node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Summed {
    #[serde(deserialize_with = "few")]
    pub(crate) packs: Vec<Returned>,
    /// Whether these are the node's last.
    pub(crate) last: bool,
}

message!(Summed, "gbdt-vertical.1.summed", 2 * CHUNK);

/// m6 and m8: what is done next in the tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Turn {
    /// m6: give the sides of these nodes' rows.
    Chosen(#[serde(deserialize_with = "few")] Vec<Choice>),
    /// m8: part these nodes, then add up their children's rows.
    Parted(#[serde(deserialize_with = "few")] Vec<Parted>),
    /// m8: nothing, the tree is grown.
    Grown,
}

message!(Turn, "gbdt-vertical.1.turn", MOST_ROWS / 8 + CHUNK);

/// m7: a bit for each row of each node: does it go left?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sides {
    #[serde(deserialize_with = "few")]
    pub(crate) nodes: Vec<Bytes>,
}

message!(Sides, "gbdt-vertical.1.sides", MOST_ROWS / 8 + CHUNK);

/// m9: what was reached before this tree, or with it, is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) tree: u32,
}

message!(Kept, "gbdt-vertical.1.kept", 64);

/// Candidates of one node that are worth the same; the feature holder takes the first in its order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Choice {
    /// The node, in the order in which it was examined.
    pub(crate) node: u32,
    pub(crate) picks: Vec<Pick>,
}

/// A candidate, by where its sums stood.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Pick {
    /// The ciphertext's place among those returned for the node.
    pub(crate) pack: u32,
    pub(crate) slot: u16,
    pub(crate) weight: Weight,
}

/// How Σh of the rows in a candidate's set compares with that of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Weight {
    Lighter,
    Equal,
    Heavier,
}

/// A node that is split.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Parted {
    pub(crate) node: u32,
    /// A bit for each of its rows: does it go left? None where the receiver said it.
    pub(crate) sides: Option<Bytes>,
}
