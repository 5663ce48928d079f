//! The wire as docs/protocols/secagg.md says, written again: what a lying aggregator speaks.

use bytes::Bytes;
use consilium_mailbox::{Content, Frame, Message};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub(crate) type Digest = [u8; 32];

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Advertised {
    pub(crate) keys: Bytes,
    pub(crate) self_mask: Digest,
    pub(crate) graph: Digest,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    pub(crate) index: u32,
    pub(crate) secrets: Digest,
    pub(crate) graph: Digest,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub(crate) fingerprints: Vec<Fingerprint>,
    pub(crate) neighbours: Vec<(u32, Advertised)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Revealed {
    pub(crate) part: [u8; 32],
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Drawn {
    pub(crate) parts: Vec<(u32, [u8; 32])>,
    pub(crate) neighbours: Vec<(u32, Advertised)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Dealt {
    pub(crate) setup: Digest,
    pub(crate) capsule: Bytes,
    pub(crate) key_share: Bytes,
    pub(crate) self_share: Bytes,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Received {
    pub(crate) from: Vec<u32>,
    pub(crate) capsules: Bytes,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cohort {
    pub(crate) members: Vec<u32>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Masked {
    pub(crate) cohort: Digest,
    pub(crate) opened: Bytes,
    pub(crate) vector: Bytes,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Anew;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Survivors {
    pub(crate) members: Vec<u32>,
    pub(crate) opened: Bytes,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Signed {
    pub(crate) signature: Bytes,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Signatures {
    pub(crate) signers: Vec<u32>,
    pub(crate) signatures: Bytes,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Answered {
    pub(crate) shares: Bytes,
}

macro_rules! steps {
    ($($name:ident $step:literal),* $(,)?) => {
        $(impl Message for $name {
            const STEP: &'static str = $step;
            const LIMIT: usize = 64 << 20;
        })*

        /// Every label of the protocol, in the order of a sum that sets up first.
        pub(crate) const STEPS: &[&str] = &[$($step),*];
    };
}

steps! {
    Advertised "secagg.1.advertised",
    Listed "secagg.1.listed",
    Revealed "secagg.1.revealed",
    Drawn "secagg.1.drawn",
    Dealt "secagg.1.dealt",
    Received "secagg.1.received",
    Cohort "secagg.1.cohort",
    Masked "secagg.1.masked",
    Anew "secagg.1.anew",
    Survivors "secagg.1.survivors",
    Signed "secagg.1.signed",
    Signatures "secagg.1.signatures",
    Answered "secagg.1.answered",
}

/// Reads the frame's message, if it is one of this step.
pub(crate) fn read<M: Message + DeserializeOwned>(frame: &Frame) -> Option<M> {
    let Content::Body(body) = &frame.content else {
        return None;
    };
    (*frame.step == *M::STEP).then(|| postcard::from_bytes(body).unwrap())
}

/// Changes the frame's message, if it is one of this step.
pub(crate) fn change<M: Message>(frame: &mut Frame, change: impl Fn(&mut M)) {
    if let Some(mut message) = read::<M>(frame) {
        change(&mut message);
        frame.content = Content::Body(postcard::to_stdvec(&message).unwrap().into());
    }
}
