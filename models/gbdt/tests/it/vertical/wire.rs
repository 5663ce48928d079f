//! Messages as docs/protocols/gbdt-vertical.md says, written again.

use std::collections::BTreeMap;

use bytes::Bytes;
use consilium_mailbox::{Content, Frame, Message, sim::World};
use serde::{Deserialize, Serialize};

macro_rules! steps {
    ($($kind:ident $name:ident $step:literal $body:tt)*) => {
        $(
            #[derive(Clone, Debug, Serialize, Deserialize)]
            pub(crate) $kind $name $body

            impl Message for $name {
                const STEP: &'static str = $step;
                const LIMIT: usize = 64 << 20;
            }
        )*

        /// Every label.
        pub(crate) const STEPS: &[&str] = &[$($step),*];
    };
}

steps! {
    enum Called "gbdt-vertical.1.called" { Tree(u32), Finished(u32) }
    struct Offered "gbdt-vertical.1.offered" {
        pub(crate) nonce: [u8; 32],
        pub(crate) candidates: u32,
        pub(crate) rows: u32,
    }
    struct Opened "gbdt-vertical.1.opened" {
        pub(crate) nonce: [u8; 32],
        pub(crate) key: Bytes,
        pub(crate) largest: [u32; 2],
        pub(crate) drawn: Bytes,
    }
    struct Blocks "gbdt-vertical.1.blocks" { pub(crate) rows: Bytes }
    struct Summed "gbdt-vertical.1.summed" {
        pub(crate) packs: Vec<Bytes>,
        pub(crate) last: bool,
    }
    enum Turn "gbdt-vertical.1.turn" { Chosen(Vec<Choice>), Parted(Vec<Parted>), Grown }
    struct Sides "gbdt-vertical.1.sides" { pub(crate) nodes: Vec<Bytes> }
    struct Kept "gbdt-vertical.1.kept" { pub(crate) tree: u32 }
    struct Asked "gbdt-predict.1.asked" {
        pub(crate) first: u32,
        pub(crate) rows: u32,
        pub(crate) splits: u32,
    }
    struct Told "gbdt-predict.1.sides" { pub(crate) sides: Bytes }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) node: u32,
    pub(crate) picks: Vec<Pick>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pick {
    pub(crate) pack: u32,
    pub(crate) slot: u16,
    pub(crate) weight: Weight,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Weight {
    Lighter,
    Equal,
    Heavier,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Parted {
    pub(crate) node: u32,
    pub(crate) sides: Option<Bytes>,
}

/// The frame's body.
pub(crate) fn body(frame: &Frame) -> &[u8] {
    let Content::Body(body) = &frame.content else {
        return &[];
    };
    body
}

/// Reads the frame's message, if it is one of this step.
pub(crate) fn read<M: Message>(frame: &Frame) -> Option<M> {
    (*frame.step == *M::STEP).then(|| postcard::from_bytes(body(frame)).unwrap())
}

/// Changes the frame's message.
pub(crate) fn change<M: Message>(frame: &mut Frame, change: impl Fn(&mut M)) {
    let mut message: M = postcard::from_bytes(body(frame)).unwrap();
    change(&mut message);
    frame.content = Content::Body(postcard::to_stdvec(&message).unwrap().into());
}

/// The slots of a returned ciphertext.
pub(crate) fn slots(pack: &[u8]) -> Vec<u16> {
    let number = |pair: &[u8]| u16::from_le_bytes(pair.try_into().unwrap());
    let count = usize::from(number(&pack[..2]));
    pack[2..].chunks(2).take(count).map(number).collect()
}

/// Of each step how many frames there were, and their bytes.
pub(crate) fn costs(world: &World) -> String {
    let mut costs: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for frame in world.transcript() {
        let cost = costs.entry(frame.step.to_string()).or_default();
        *cost = (cost.0 + 1, cost.1 + body(&frame).len());
    }
    let lines = costs
        .iter()
        .map(|(step, (frames, bytes))| format!("{step}: {frames}, {bytes}"));
    lines.collect::<Vec<_>>().join("\n")
}
