//! Sums of gradients, and two of them in one word.

use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// Σg and Σh over some rows, in the tree's quanta.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sums {
    /// Σg.
    pub g: i64,
    /// Σh, not below 0 where it comes from rows.
    pub h: i64,
}

impl Add for Sums {
    type Output = Sums;

    fn add(self, other: Sums) -> Sums {
        Sums {
            g: self.g.wrapping_add(other.g),
            h: self.h.wrapping_add(other.h),
        }
    }
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Sums) {
        *self = *self + other;
    }
}

impl Sub for Sums {
    type Output = Sums;

    fn sub(self, other: Sums) -> Sums {
        Sums {
            g: self.g.wrapping_sub(other.g),
            h: self.h.wrapping_sub(other.h),
        }
    }
}

/// [`Sums`] in one word: `g · 2^29 + h` modulo 2^64, so that one addition adds both.
///
/// Sums of cells are cells of sums: the map is linear, whatever is added up. It can be undone
/// wherever `-2^34 ≤ g < 2^34` and `0 ≤ h < 2^29`: then `h` is the lower 29 bits as they stand,
/// nothing is carried or borrowed, and the upper bits are `g` in two's complement. The quanta of a
/// tree keep every sum over any of its rows below `2^29`
/// ([`Quantum::choose`](crate::Quantum::choose)), and no h of a row is negative, so that holds for
/// every cell of every node, however its rows were added up, and for a parent's less a child's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cell(u64);

impl Cell {
    pub(crate) const ZERO: Cell = Cell(0);

    #[inline]
    pub(crate) fn pack(sums: Sums) -> Cell {
        Cell((sums.g.cast_unsigned() << BITS).wrapping_add(sums.h.cast_unsigned()))
    }

    #[inline]
    pub(crate) fn unpack(self) -> Sums {
        Sums {
            g: self.0.cast_signed() >> BITS,
            h: self.0.cast_signed() & (BOUND - 1),
        }
    }

    #[inline]
    pub(crate) fn plus(self, other: Cell) -> Cell {
        Cell(self.0.wrapping_add(other.0))
    }

    #[inline]
    pub(crate) fn minus(self, other: Cell) -> Cell {
        Cell(self.0.wrapping_sub(other.0))
    }
}

/// Bits of the size of a sum.
const BITS: u32 = 29;
/// The bound within which every sum of a tree lies.
pub(crate) const BOUND: i64 = 1 << BITS;

impl Sums {
    /// Says whether rows can have these sums.
    pub fn plausible(self) -> bool {
        (-BOUND..BOUND).contains(&self.g) && (0..BOUND).contains(&self.h)
    }
}
