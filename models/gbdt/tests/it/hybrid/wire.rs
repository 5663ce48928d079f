//! Messages as docs/protocols/gbdt-hybrid.md says, written again.

use bytes::Bytes;
use consilium_gbdt::Cuts;
use consilium_mailbox::Message;
use serde::{Deserialize, Serialize};

pub(crate) use crate::vertical::wire::{
    Blocks, Called, Choice, Kept, Offered, Sides, body, change, costs, read,
};

macro_rules! steps {
    ($($kind:ident $name:ident $step:literal $body:tt)*) => {
        $(
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            pub(crate) $kind $name $body

            impl Message for $name {
                const STEP: &'static str = $step;
                const LIMIT: usize = 64 << 20;
            }
        )*

        /// Every label of its own.
        pub(crate) const STEPS: &[&str] = &[$($step),*];
    };
}

steps! {
    struct Rows "gbdt-hybrid.1.rows" { pub(crate) rows: u32, pub(crate) parts: Vec<u32> }
    struct Shuffling "gbdt-hybrid.1.shuffling" { pub(crate) part: [u8; 32] }
    struct Alike "gbdt-hybrid.1.alike" { pub(crate) digest: [u8; 32] }
    enum Cutting "gbdt-hybrid.1.cutting" { Cells(Vec<Vec<u32>>), Cut(Cuts), Missing(Bytes) }
    struct Opened "gbdt-hybrid.1.opened" {
        pub(crate) nonce: [u8; 32],
        pub(crate) key: Bytes,
        pub(crate) first: u32,
        pub(crate) drawn: Bytes,
    }
    enum Turn "gbdt-hybrid.1.turn" { Root, Chosen(Vec<Choice>), Parted(Vec<Parted>), Grown }
    enum Level "gbdt-hybrid.1.level" { Root, Forks(Vec<Fork>), Grown }
    struct Decided "gbdt-hybrid.1.decided" { pub(crate) nodes: Vec<Allowed> }
    struct Outlined "gbdt-hybrid.1.outlined" {
        pub(crate) nodes: Vec<Bytes>,
        pub(crate) told: [u8; 32],
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Parted {
    pub(crate) fork: Fork,
    pub(crate) sides: Option<Bytes>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fork {
    pub(crate) node: u32,
    pub(crate) builds_left: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Allowed {
    pub(crate) open: Bytes,
    pub(crate) present: Bytes,
}

/// A hospital's part of a sum in the clear.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) elements: Bytes,
}

impl Message for Input {
    const STEP: &'static str = "plain-sum.1.input";
    const LIMIT: usize = 1 << 30;
}
