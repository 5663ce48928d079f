//! The width of one element of a sum.

use serde::{Deserialize, Serialize};

/// The width of one element in bits, 1 to 64: sums are taken modulo `2^bits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Bits(u8);

impl Bits {
    /// The widest element.
    pub const WIDEST: Bits = Bits(64);

    /// Checks the width: 1 to 64.
    pub const fn new(bits: u8) -> Option<Bits> {
        if bits >= 1 && bits <= 64 {
            Some(Bits(bits))
        } else {
            None
        }
    }

    /// Gives the width as a number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Gives the mask that keeps the low `bits` bits: `2^bits - 1`.
    pub const fn mask(self) -> u64 {
        u64::MAX >> (64 - self.0)
    }
}

/// A width outside 1 to 64.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an element has 1 to 64 bits, not {0}")]
pub struct BadWidth(u8);

impl TryFrom<u8> for Bits {
    type Error = BadWidth;

    fn try_from(bits: u8) -> Result<Self, BadWidth> {
        Bits::new(bits).ok_or(BadWidth(bits))
    }
}

impl From<Bits> for u8 {
    fn from(bits: Bits) -> u8 {
        bits.0
    }
}
