//! Pieces that their holder alone keeps: each ends with a hash of it and of what it belongs to.

use consilium_base::{Digest, Tagged};

/// What a piece belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Belongs<'a> {
    /// A chunk of a set, by its number.
    Chunk { set: &'a Digest, number: u32 },
    /// The piece of a set's table that has this hash.
    Piece { set: &'a Digest, hash: &'a Digest },
}

/// Adds the hash.
pub(super) fn stamp(of: Belongs<'_>, mut piece: Vec<u8>) -> Vec<u8> {
    let hash = hash(of, &piece);
    piece.extend_from_slice(&hash);
    piece
}

/// Gives what was stamped, if it is that.
pub(super) fn stamped<'a>(of: Belongs<'_>, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let (piece, kept) = bytes.split_last_chunk()?;
    (hash(of, piece) == *kept).then_some(piece)
}

fn hash(of: Belongs<'_>, piece: &[u8]) -> Digest {
    let hash = match of {
        Belongs::Chunk { set, number } => Tagged::new("psi-unbalanced.1.kept-values")
            .field(set)
            .number(number.into()),
        Belongs::Piece { set, hash } => Tagged::new("psi-unbalanced.1.kept-rows")
            .field(set)
            .field(hash),
    };
    hash.field(piece).digest()
}
