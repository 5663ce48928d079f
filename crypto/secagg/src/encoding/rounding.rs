//! Stochastic rounding of scaled values to integers modulo `2^b`.

use ctr::cipher::{BlockSizeUser, KeyIvInit as _, StreamCipherCore as _, array::Array};
use rand_core::CryptoRng;
use zeroize::Zeroize as _;

use crate::{
    Bits,
    mask::{BLOCK, Keystream},
};

/// Values rounded with one stretch of draws.
pub(super) const CHUNK: usize = 1024;

/// Widest element of which the integers are computed in `f64`: they are below `2^50` there.
const WIDEST_IN_REALS: u8 = 51;

/// `1.5 · 2^52`: near it reals are integers, and the low 51 bits of `SHIFT + k` are those of `k` in
/// two's complement, for every integer `|k| ≤ 2^50`.
const SHIFT: f64 = 6_755_399_441_055_744.0;

/// Uniform bits that decide which values are rounded up, 32 for each.
pub(super) struct Draws {
    stream: Keystream,
    blocks: [Array<u8, <Keystream as BlockSizeUser>::BlockSize>; 4 * CHUNK / BLOCK],
}

impl Draws {
    /// Keys the bits by the generator.
    pub(super) fn new(rng: &mut impl CryptoRng) -> Draws {
        let mut key = [0; BLOCK];
        rng.fill_bytes(&mut key);
        let stream = Keystream::new(&key.into(), &[0; BLOCK].into());
        key.zeroize();
        Draws {
            stream,
            blocks: [Array::default(); 4 * CHUNK / BLOCK],
        }
    }

    /// Gives the draws for the next [`CHUNK`] values.
    pub(super) fn next(&mut self) -> &[[u8; 4]] {
        self.stream.write_keystream_blocks(&mut self.blocks);
        Array::slice_as_flattened(&self.blocks).as_chunks().0
    }
}

/// Rounds `x · scale` at every position; there are at least as many draws as values.
pub(super) fn round_all(
    out: &mut [u64],
    values: &[f64],
    scale: &[f64],
    draws: &[[u8; 4]],
    bits: Bits,
) {
    let mask = bits.mask();
    let scaled = values.iter().zip(scale).map(|(x, scale)| x * scale);
    let drawn = draws.iter().map(|draw| u32::from_le_bytes(*draw));
    let positions = out.iter_mut().zip(scaled.zip(drawn));
    if bits.get() <= WIDEST_IN_REALS {
        positions.for_each(|(out, (y, draw))| *out = in_reals(y, draw) & mask);
    } else {
        positions.for_each(|(out, (y, draw))| *out = in_integers(y, draw) & mask);
    }
}

/// Rounds `y` up with the probability of its fraction; only the low 51 bits are meant, and `|y|` is
/// below `2^50`.
///
/// It has no conversion to integers, which baseline processors do one by one.
#[inline]
fn in_reals(y: f64, draw: u32) -> u64 {
    let nearest = (y + SHIFT) - SHIFT;
    let below = nearest - if nearest > y { 1.0 } else { 0.0 };
    let up = if threshold(draw) < y - below {
        1.0
    } else {
        0.0
    };
    (below + up + SHIFT).to_bits()
}

/// Rounds `y` up with the probability of its fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "|y| is below 2^63: it obeys the bound of its position"
)]
fn in_integers(y: f64, draw: u32) -> u64 {
    let towards_zero = y as i64;
    let below = towards_zero - i64::from((towards_zero as f64) > y);
    let up = threshold(draw) < y - below as f64;
    (below + i64::from(up)).cast_unsigned()
}

/// Gives the fraction from which on a value is rounded up, from 32 uniform bits.
#[inline]
fn threshold(draw: u32) -> f64 {
    (f64::from(draw) + 0.5) * (1.0 / 4_294_967_296.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_ways_of_rounding_agree(
            y in prop_oneof![-1e15..1e15, -4.0..4.0, (-64..64).prop_map(f64::from)],
            draw: u32,
        ) {
            let mask = Bits::new(WIDEST_IN_REALS).unwrap().mask();
            prop_assert_eq!(in_reals(y, draw) & mask, in_integers(y, draw) & mask);
        }
    }
}
