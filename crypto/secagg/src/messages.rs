//! What travels, in the order of docs/protocols/secagg.md.

use bytes::Bytes;
use consilium_base::Digest;
use consilium_mailbox::Message;
use serde::{Deserialize, Serialize};

/// Bytes for lists of keys or capsules of all contributors.
const LONG: usize = 16 << 20;

macro_rules! message {
    ($name:ident, $step:literal, $limit:expr) => {
        impl Message for $name {
            const STEP: &'static str = $step;
            const LIMIT: usize = $limit;
        }
    };
}

/// Contributor to aggregator: its public keys for a sum, and what its secrets must fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Advertised {
    /// X25519 and ML-KEM-768 public keys.
    pub(crate) keys: Bytes,
    /// Hash of the seed of the self mask.
    pub(crate) self_mask: Digest,
    /// Hash of this party's part of the graph's seed.
    pub(crate) graph: Digest,
}
message!(Advertised, "secagg.1.advertised", 2 << 10);

/// What everybody sees of an advertisement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    /// Index in the roster.
    pub(crate) index: u32,
    /// Hash of keys and self mask.
    pub(crate) secrets: Digest,
    /// As advertised.
    pub(crate) graph: Digest,
}

/// Aggregator to contributor: all fingerprints, and the advertisements of neighbours already known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// Ascending; none if there will be no set-up.
    pub(crate) fingerprints: Vec<Fingerprint>,
    /// Advertisements of the receiver's neighbours; empty while the graph is not drawn.
    pub(crate) neighbours: Vec<(u32, Advertised)>,
}
message!(Listed, "secagg.1.listed", LONG);

/// Contributor to aggregator: its part of the graph's seed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Revealed {
    pub(crate) part: [u8; 32],
}
message!(Revealed, "secagg.1.revealed", 64);

/// Aggregator to contributor: all parts of the graph's seed, and the neighbours they lead to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Drawn {
    pub(crate) parts: Vec<(u32, [u8; 32])>,
    pub(crate) neighbours: Vec<(u32, Advertised)>,
}
message!(Drawn, "secagg.1.drawn", LONG);

/// Contributor to contributor, sealed end to end: shares of the sender's secrets.
#[derive(Serialize, Deserialize)]
pub(crate) struct Dealt {
    /// The list of keys that the sender saw.
    pub(crate) setup: Digest,
    /// What the sender encapsulated to the receiver, if the sender has the lower index.
    pub(crate) capsule: Bytes,
    /// Share of the seed of the sender's keys.
    pub(crate) key_share: Bytes,
    /// Share of the seed of the sender's self mask.
    pub(crate) self_share: Bytes,
}
message!(Dealt, "secagg.1.dealt", 2 << 10);

/// Contributor to aggregator: whose shares it holds, and its capsules to those of higher index.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Received {
    /// Neighbours, ascending.
    pub(crate) from: Vec<u32>,
    /// For those of them with a higher index than the sender, in order.
    pub(crate) capsules: Bytes,
}
message!(Received, "secagg.1.received", LONG);

/// Aggregator to contributor: who masks against whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cohort {
    /// Ascending.
    pub(crate) members: Vec<u32>,
}
message!(Cohort, "secagg.1.cohort", 1 << 20);

/// Contributor to aggregator: its vector under all masks.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Masked {
    /// The set-up and cohort it is masked under.
    pub(crate) cohort: Digest,
    /// The survivor sets that the sender has signed in this study: a bit for each of the roster.
    pub(crate) opened: Bytes,
    /// Packed to the bit.
    pub(crate) vector: Bytes,
}
message!(Masked, "secagg.1.masked", 256 << 20);

/// Aggregator to contributor: carried material can't serve, all set up anew.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Anew;
message!(Anew, "secagg.1.anew", 16);

/// Aggregator to contributor: whose vectors arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Survivors {
    /// Ascending.
    pub(crate) members: Vec<u32>,
    /// The sets that anybody has signed in this study before.
    pub(crate) opened: Bytes,
}
message!(Survivors, "secagg.1.survivors", LONG);

/// Contributor to aggregator: its signature under the survivor set.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Signed {
    pub(crate) signature: Bytes,
}
message!(Signed, "secagg.1.signed", 128);

/// Aggregator to contributor: who signed, with the signatures.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Signatures {
    /// Ascending.
    pub(crate) signers: Vec<u32>,
    /// 64 bytes each, in the same order.
    pub(crate) signatures: Bytes,
}
message!(Signatures, "secagg.1.signatures", 4 << 20);

/// Contributor to aggregator: one share for each of its neighbours in the cohort and itself.
#[derive(Serialize, Deserialize)]
pub(crate) struct Answered {
    /// Ascending by index; of the self mask for survivors, of the keys for the others.
    pub(crate) shares: Bytes,
}
message!(Answered, "secagg.1.answered", 4 << 20);
