//! The wire as docs/protocols/psi-vole.md says, written again.

use bytes::Bytes;

use crate::wire::{Digest, steps};

steps! {
    Declared "psi-vole.1.declared" {
        terms: Digest,
        size: u32,
        commitment: Digest,
        nonce: Digest,
        session: Option<Digest>,
        held: u32,
    }
    Seeded "psi-vole.1.seeded" { seed: Digest }
    Masked "psi-vole.1.masked" { columns: Bytes }
    Evaluated "psi-vole.1.evaluated" { tags: Bytes }
    Counted "psi-vole.1.counted" { count: [u8; 4] }
    Marked "psi-vole.1.marked" { marks: Bytes }
}

/// What one party sends, in the order of the figure, without the sample.
pub(crate) const ORDER: [&str; 10] = [
    "psi-vole.1.declared",
    "psi-vole.1.offered",
    "psi-vole.1.chosen",
    "psi-vole.1.corrected",
    "psi-vole.1.punctured",
    "psi-vole.1.seeded",
    "psi-vole.1.masked",
    "psi-vole.1.evaluated",
    "psi-vole.1.counted",
    "psi-vole.1.marked",
];
