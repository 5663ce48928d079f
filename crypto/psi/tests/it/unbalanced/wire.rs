//! The wire as docs/protocols/psi-unbalanced.md says, written again.

use bytes::Bytes;

use crate::wire::{Digest, steps};

steps! {
    Declared "psi-unbalanced.1.declared" {
        terms: Digest,
        size: u32,
        commitment: Digest,
        table: Option<Digest>,
        held: u32,
    }
    Described "psi-unbalanced.1.described" { header: Bytes }
    Tabled "psi-unbalanced.1.tabled" { piece: Bytes }
    Blinded "psi-unbalanced.1.blinded" { points: Bytes }
    Charged "psi-unbalanced.1.charged" { refused: Option<(u32, u32)> }
    Evaluated "psi-unbalanced.1.evaluated" { points: Bytes }
    Counted "psi-unbalanced.1.counted" { count: [u8; 4] }
    Matched "psi-unbalanced.1.matched" { positions: Bytes }
}
