//! Gradients as integers.

use serde::{Deserialize, Serialize};

/// No quantum is finer than `2^-FINEST` or coarser than `2^FINEST`.
const FINEST: i32 = 900;

/// How many quanta a sum may have: fewer than `2^bits`, whatever its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct SumBits(u8);

impl SumBits {
    /// The widest: 29, so that a sum with its sign fits in 30 bits.
    pub const WIDEST: SumBits = SumBits(29);

    /// Takes 8 to 29 bits.
    pub fn new(bits: u8) -> Option<SumBits> {
        (8..=29).contains(&bits).then_some(SumBits(bits))
    }

    /// Gives the number.
    pub const fn get(self) -> u8 {
        self.0
    }

    fn cap(self) -> f64 {
        f64::from(1_u32 << self.0)
    }
}

impl TryFrom<u8> for SumBits {
    type Error = &'static str;

    fn try_from(bits: u8) -> Result<Self, Self::Error> {
        SumBits::new(bits).ok_or("a sum has 8 to 29 bits")
    }
}

impl From<SumBits> for u8 {
    fn from(bits: SumBits) -> u8 {
        bits.0
    }
}

/// The unit in which reals are counted: a power of two.
///
/// Two sums that differ in their last digits, such as one over all rows and one of the parties'
/// sums in fixed point, give the same quantum, unless the limit lies just between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Quantum {
    exponent: i32,
}

impl Quantum {
    /// Gives the finest quantum in which any integers that round `rows` reals make a sum within
    /// `bits`, where the reals' absolute values add up to `total`.
    ///
    /// Each real moves by less than one quantum when it is rounded, so
    /// `total / quantum + rows < 2^bits` is enough, also for the sum over any part of the rows.
    ///
    /// Gives none if `total` is no finite number or there are too many rows.
    pub fn choose(total: f64, rows: u64, bits: SumBits) -> Option<Quantum> {
        let room = bits.cap() - rows as f64;
        if !(total.is_finite() && total >= 0.0 && room >= 1.0) {
            return None;
        }
        let fits = |exponent: i32| total / exp2(exponent) < room;
        let mut exponent = -FINEST;
        if !fits(exponent) {
            // `total` is at least 2^-900 here: its own exponent is near the answer.
            exponent = exponent_of(total) - exponent_of(room) - 2;
            while !fits(exponent) {
                exponent += 1;
            }
        }
        (exponent <= FINEST).then_some(Quantum { exponent })
    }

    /// Gives the finest quantum of which `most` is no more than so many; none if that is no quantum.
    pub(crate) fn holding(most: f64, quanta: u32) -> Option<Quantum> {
        let (most, quanta) = (most.max(exp2(-FINEST)), f64::from(quanta));
        let mut exponent = exponent_of(most) - exponent_of(quanta) - 1;
        while most / exp2(exponent) > quanta {
            exponent += 1;
        }
        (exponent <= FINEST).then_some(Quantum {
            exponent: exponent.max(-FINEST),
        })
    }

    /// Gives the coarser of two.
    pub(crate) fn coarser(self, other: Quantum) -> Quantum {
        Quantum {
            exponent: self.exponent.max(other.exponent),
        }
    }

    /// Gives the unit itself.
    pub fn unit(self) -> f64 {
        exp2(self.exponent)
    }

    /// Gives the real that so many quanta are.
    pub fn real(self, quanta: i64) -> f64 {
        quanta as f64 * self.unit()
    }
}

impl TryFrom<i32> for Quantum {
    type Error = &'static str;

    fn try_from(exponent: i32) -> Result<Self, Self::Error> {
        (-FINEST..=FINEST)
            .contains(&exponent)
            .then_some(Quantum { exponent })
            .ok_or("the exponent of a quantum is out of range")
    }
}

impl From<Quantum> for i32 {
    fn from(quantum: Quantum) -> i32 {
        quantum.exponent
    }
}

/// The quanta of one tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quanta {
    /// Of first derivatives.
    pub g: Quantum,
    /// Of second derivatives.
    pub h: Quantum,
}

/// What the rows of a tree add up to before they are rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Σ|g|.
    pub g: f64,
    /// Σh.
    pub h: f64,
    /// How many rows.
    pub rows: u64,
}

impl Quanta {
    /// Gives the finest quanta in which no sum of the tree can overflow.
    ///
    /// Gives none if a total is no finite number or there are too many rows for the bits.
    pub fn choose(totals: Totals, bits: SumBits) -> Option<Quanta> {
        Some(Quanta {
            g: Quantum::choose(totals.g, totals.rows, bits)?,
            h: Quantum::choose(totals.h, totals.rows, bits)?,
        })
    }
}

/// Decides which rows are rounded up: a pure function of a key and the row's place.
///
/// A party that rounds its own rows and one that rounds the concatenation of all, knowing every
/// party's key, get the same integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dither(u64);

impl Dither {
    pub(crate) fn new(key: u64) -> Dither {
        Dither(key)
    }

    /// Gives 64 bits for the row at a place.
    #[inline]
    pub(crate) fn bits(self, place: u64) -> u64 {
        // SplitMix64: Steele, Lea and Flood, Fast splittable pseudorandom number generators
        // (OOPSLA 2014). Rounding is not secret, it must only be unbiased and repeatable.
        let mut z = self
            .0
            .wrapping_add(place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Gives a number at least 0 and below 1 for the row at a place.
    #[inline]
    pub(crate) fn fraction(self, place: u64) -> f64 {
        (self.bits(place) >> 11) as f64 * exp2(-53)
    }

    /// Gives two numbers at least 0 and below 1 for the row at a place.
    #[inline]
    pub(crate) fn two_fractions(self, place: u64) -> (f64, f64) {
        let bits = self.bits(place);
        let unit = exp2(-32);
        let low = (bits & 0xffff_ffff) as u32;
        let high = (bits >> 32) as u32;
        (f64::from(high) * unit, f64::from(low) * unit)
    }
}

/// Gives `2^exponent`, exactly, where it is a normal number.
const fn exp2(exponent: i32) -> f64 {
    debug_assert!(-1022 <= exponent && exponent <= 1023);
    f64::from_bits(((exponent + 1023).cast_unsigned() as u64) << 52)
}

/// Gives the exponent of a positive normal number.
fn exponent_of(value: f64) -> i32 {
    ((value.to_bits() >> 52) & 0x7ff) as i32 - 1023
}
