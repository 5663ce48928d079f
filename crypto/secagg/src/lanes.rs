//! A vector modulo `2^b` while it is being added to.

use crate::Bits;

/// An unsigned integer that holds elements of a vector during additions.
///
/// Elements are kept modulo the lane's own width, a multiple of `2^b`; only the last step takes
/// them modulo `2^b`.
pub(crate) trait Lane: Copy + Default {
    /// Bytes of a lane, which are also the keystream bytes that mask one element.
    const BYTES: usize;

    fn from_element(element: u64) -> Self;
    fn element(self) -> u64;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    /// Reads lanes out of bytes, little endian.
    fn read(bytes: &[u8]) -> impl Iterator<Item = Self> + '_;
}

macro_rules! lane {
    ($integer:ty, $bytes:literal) => {
        impl Lane for $integer {
            const BYTES: usize = $bytes;

            #[allow(
                clippy::cast_possible_truncation,
                reason = "lanes hold at least b bits"
            )]
            fn from_element(element: u64) -> Self {
                element as $integer
            }

            fn element(self) -> u64 {
                self.into()
            }

            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }

            fn read(bytes: &[u8]) -> impl Iterator<Item = Self> + '_ {
                bytes
                    .as_chunks::<$bytes>()
                    .0
                    .iter()
                    .map(|chunk| Self::from_le_bytes(*chunk))
            }
        }
    };
}

lane!(u32, 4);
lane!(u64, 8);

/// A vector in the narrowest lanes that hold its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lanes {
    /// At most 32 bits an element.
    Narrow(Vec<u32>),
    /// More than 32 bits an element.
    Wide(Vec<u64>),
}

impl Lanes {
    pub(crate) fn zeros(len: usize, bits: Bits) -> Lanes {
        if bits.get() <= 32 {
            Lanes::Narrow(vec![0; len])
        } else {
            Lanes::Wide(vec![0; len])
        }
    }

    pub(crate) fn from_elements(elements: &[u64], bits: Bits) -> Lanes {
        if bits.get() <= 32 {
            Lanes::Narrow(
                elements
                    .iter()
                    .map(|&element| u32::from_element(element))
                    .collect(),
            )
        } else {
            Lanes::Wide(elements.to_vec())
        }
    }

    /// Gives the elements modulo `2^b`.
    pub(crate) fn into_elements(self, bits: Bits) -> Vec<u64> {
        let mask = bits.mask();
        match self {
            Lanes::Narrow(lanes) => lanes.iter().map(|lane| lane.element() & mask).collect(),
            Lanes::Wide(mut lanes) => {
                for lane in &mut lanes {
                    *lane &= mask;
                }
                lanes
            }
        }
    }
}
