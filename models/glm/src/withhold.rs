//! What a party adds where it has nothing to say.

use consilium_secagg::Bits;
use rand_core::CryptoRng;

/// Puts uniform integers modulo `2^b` in the place of elements.
///
/// # Security
///
/// Zeros would be left out of the sum: what is opened would be the total of fewer institutions
/// than agreed to open one, in the end of one alone. Under uniform integers it tells nothing.
/// `rng` is the generator of the sum's rounding, so that a repeated sum adds the same integers.
pub(crate) fn withhold(elements: &mut [u64], bits: Bits, rng: &mut impl CryptoRng) {
    for element in elements {
        *element = rng.next_u64() & bits.mask();
    }
}
