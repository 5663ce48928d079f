//! The field with 2^128 elements, and blocks of 128 bits.
//!
//! Addition is exclusive or; the product of `a` and `b` is `dot(a, b)` of RFC 8452, section 3: the
//! product of the polynomials, divided by x^128, modulo x^128 + x^127 + x^126 + x^121 + 1. With
//! x^128, reduced, for its one that is a field like any other of its size, and needs no shifts.
//!
//! # Discussion
//!
//! Products take the constant-time arithmetic in integers of the crate `polyval`. The processor's
//! carry-less multiplication would need unsafe code here: products are not a tenth of an
//! intersection's time.

use std::ops::{BitXor, BitXorAssign, Mul};

use polyval::hazmat::FieldElement;
use rand_core::CryptoRng;
use zeroize::Zeroize;

/// An element of the field, or 128 bits of whatever kind.
#[derive(Clone, Copy, Default, PartialEq, Eq, Zeroize)]
#[cfg_attr(test, derive(Debug))]
#[repr(transparent)]
pub(crate) struct Block(u128);

/// The bytes of a block.
pub(crate) const BLOCK: usize = size_of::<Block>();

impl Block {
    /// What changes nothing when added.
    pub(crate) const ZERO: Block = Block(0);

    /// What changes nothing when multiplied: x^128, reduced.
    #[cfg(test)]
    pub(crate) const ONE: Block = Block(0xc200_0000_0000_0000_0000_0000_0000_0001);

    /// Takes bits; the lowest is the coefficient of x^0.
    pub(crate) const fn new(bits: u128) -> Block {
        Block(bits)
    }

    /// Gives the bits.
    pub(crate) const fn bits(self) -> u128 {
        self.0
    }

    /// Takes bytes, the lowest first.
    pub(crate) const fn from_bytes(bytes: [u8; BLOCK]) -> Block {
        Block(u128::from_le_bytes(bytes))
    }

    /// Gives bytes, the lowest first.
    pub(crate) const fn to_bytes(self) -> [u8; BLOCK] {
        self.0.to_le_bytes()
    }

    /// Draws a block.
    pub(crate) fn random(rng: &mut impl CryptoRng) -> Block {
        let mut bytes = [0; BLOCK];
        rng.fill_bytes(&mut bytes);
        Block::from_bytes(bytes)
    }

    /// Gives itself or zero, in a time that does not tell which.
    pub(crate) const fn kept_if(self, bit: bool) -> Block {
        Block(self.0 & (bit as u128).wrapping_neg())
    }
}

impl BitXor for Block {
    type Output = Block;

    #[inline]
    fn bitxor(self, other: Block) -> Block {
        Block(self.0 ^ other.0)
    }
}

impl BitXorAssign for Block {
    #[inline]
    fn bitxor_assign(&mut self, other: Block) {
        self.0 ^= other.0;
    }
}

impl Mul for Block {
    type Output = Block;

    #[inline]
    fn mul(self, other: Block) -> Block {
        Block((FieldElement::from(self.0) * FieldElement::from(other.0)).into())
    }
}

/// Adds `terms` to `sums`, one by one.
pub(crate) fn add(sums: &mut [Block], terms: &[Block]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum ^= *term;
    }
}

/// Adds to `sums` the products of one factor with `terms`, one by one.
pub(crate) fn add_multiples(sums: &mut [Block], factor: Block, terms: &[Block]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum ^= factor * *term;
    }
}

/// Writes blocks one after another.
pub(crate) fn write(blocks: &[Block]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(blocks.len() * BLOCK);
    for block in blocks {
        bytes.extend_from_slice(&block.to_bytes());
    }
    bytes
}

/// Reads blocks one after another; `None` if the bytes are no whole number of them.
pub(crate) fn read(bytes: &[u8]) -> Option<impl ExactSizeIterator<Item = Block>> {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    rest.is_empty()
        .then(|| blocks.iter().map(|bytes| Block::from_bytes(*bytes)))
}

#[cfg(test)]
mod tests;
