//! The wire as docs/protocols/psi-star.md says, written again.

use bytes::Bytes;

use crate::wire::{Digest, steps};

steps! {
    Declared "psi-star.1.declared" {
        terms: Digest,
        size: u32,
        commitment: Digest,
        nonce: Digest,
        session: Option<Digest>,
        held: u32,
    }
    Confirmed "psi-star.1.confirmed" { views: Bytes }
    Shared "psi-star.1.shared" { key: Digest }
    Seeded "psi-star.1.seeded" { seed: Digest }
    Answered "psi-star.1.answered" { columns: Bytes }
    Counted "psi-star.1.counted" { count: [u8; 4] }
    Listed "psi-star.1.listed" { prefixes: Bytes }
}

/// What one party sends, in the order of the figure.
pub(crate) const ORDER: [&str; 13] = [
    "psi-star.1.declared",
    "psi-star.1.confirmed",
    "psi-star.1.shared",
    "psi-vole.1.offered",
    "psi-vole.1.chosen",
    "psi-vole.1.corrected",
    "psi-vole.1.punctured",
    "psi-vole.1.seeded",
    "psi-vole.1.masked",
    "psi-star.1.seeded",
    "psi-star.1.answered",
    "psi-star.1.counted",
    "psi-star.1.listed",
];

/// Steps of the leader alone.
pub(crate) const LEADERS: [&str; 6] = [
    "psi-vole.1.offered",
    "psi-vole.1.corrected",
    "psi-vole.1.seeded",
    "psi-vole.1.masked",
    "psi-star.1.counted",
    "psi-star.1.listed",
];
