//! The wire as docs/protocols/psi-ecdh.md says, written again.

use bytes::Bytes;

use crate::wire::{Digest, steps};

steps! {
    Declared "psi-ecdh.1.declared" {
        terms: Digest,
        size: u32,
        commitment: Digest,
        nonce: Digest,
        session: Option<Digest>,
        held: u32,
    }
    Blinded "psi-ecdh.1.blinded" { points: Bytes }
    Kept "psi-ecdh.1.kept" { chunks: u32 }
    Doubled "psi-ecdh.1.doubled" { tags: Bytes }
    Common "psi-ecdh.1.common" { count: [u8; 4] }
    Released "psi-ecdh.1.released" { positions: Bytes }
    Noised "psi-ecdh.1.noised" { size: [u8; 8] }
}
