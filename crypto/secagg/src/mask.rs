//! Masks: AES-128 in counter mode, added to vectors tile by tile.

use aes::Aes128;
use consilium_base::{Digest, Secret, Tagged};
use ctr::{
    CtrCore,
    cipher::{KeyIvInit, StreamCipherCore, array::Array},
    flavors::Ctr64LE,
};

use crate::lanes::{Lane, Lanes};

/// Bytes of accumulators, and of keystream, that are worked on at a time: both stay in the
/// first-level cache while one mask after the other is added.
const TILE: usize = 8 << 10;

pub(crate) const BLOCK: usize = 16;

/// A keystream: AES-128 in counter mode, the counter 64 bits, little endian.
pub(crate) type Keystream = CtrCore<Aes128, Ctr64LE>;

/// Whether a mask is added or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Minus,
}

impl Sign {
    /// Gives the sign of the pairwise mask at one of two parties: the lower index adds.
    pub(crate) fn between(mine: usize, peers: usize) -> Sign {
        if mine < peers {
            Sign::Plus
        } else {
            Sign::Minus
        }
    }
}

/// A mask that still hides what it is added to: a pseudorandom vector of any length.
pub(crate) struct Mask {
    stream: Keystream,
    sign: Sign,
}

impl Mask {
    /// Expands a seed of 32 bytes for the sum of that [hash](crate::SumShape::hash); the seed serves
    /// one mask.
    pub(crate) fn new(seed: &[u8; 32], sum: &Digest, sign: Sign) -> Mask {
        let key = Tagged::new("secagg.1.mask").field(seed).field(sum);
        let key: Secret<[u8; BLOCK]> = key.secret();
        Mask::from_key(key.expose(), [0; BLOCK], sign)
    }

    fn from_key(key: &[u8; BLOCK], counter: [u8; BLOCK], sign: Sign) -> Mask {
        Mask {
            stream: Keystream::new(key.into(), &counter.into()),
            sign,
        }
    }
}

/// Adds masks to a vector.
pub(crate) fn add(lanes: &mut Lanes, masks: &mut [Mask]) {
    match lanes {
        Lanes::Narrow(lanes) => add_to(lanes, masks),
        Lanes::Wide(lanes) => add_to(lanes, masks),
    }
}

fn add_to<L: Lane>(lanes: &mut [L], masks: &mut [Mask]) {
    let mut keystream = [Array::<u8, _>::default(); TILE / BLOCK];
    for tile in lanes.chunks_mut(TILE / L::BYTES) {
        let blocks = &mut keystream[..(tile.len() * L::BYTES).div_ceil(BLOCK)];
        for mask in &mut *masks {
            mask.stream.write_keystream_blocks(blocks);
            let stream = L::read(Array::slice_as_flattened(blocks));
            let pairs = tile.iter_mut().zip(stream);
            match mask.sign {
                Sign::Plus => pairs.for_each(|(lane, mask)| *lane = lane.plus(mask)),
                Sign::Minus => pairs.for_each(|(lane, mask)| *lane = lane.minus(mask)),
            }
        }
    }
    zeroize::Zeroize::zeroize(Array::slice_as_flattened_mut(&mut keystream));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Bits;

    /// NIST SP 800-38A, F.5.1: key, counter blocks and output blocks of CTR-AES128.
    #[test]
    fn keystream_blocks_are_those_of_nist() {
        let key = hex("2b7e151628aed2a6abf7158809cf4f3c");
        let vectors = [
            (
                "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
                "ec8cdf7398607cb0f2d21675ea9ea1e4",
            ),
            (
                "f0f1f2f3f4f5f6f7f8f9fafbfcfdff00",
                "362b7c3c6773516318a077d7fc5073ae",
            ),
            (
                "f0f1f2f3f4f5f6f7f8f9fafbfcfdff01",
                "6a2cc3787889374fbeb4c81b17ba6c44",
            ),
            (
                "f0f1f2f3f4f5f6f7f8f9fafbfcfdff02",
                "e89c399ff0f198c6d40a31db156cabfe",
            ),
        ];
        for (counter, output) in vectors {
            let mut mask = Mask::from_key(&key, hex(counter), Sign::Plus);
            let mut lanes = vec![0_u64; 2];
            add_to(&mut lanes, std::slice::from_mut(&mut mask));
            let got: Vec<u8> = lanes.iter().flat_map(|lane| lane.to_le_bytes()).collect();
            assert_eq!(got, hex(output), "counter {counter}");
        }
    }

    #[test]
    fn the_counter_goes_on_over_tiles_and_is_little_endian() {
        let key = [7; 16];
        let mut lanes = vec![0_u64; TILE / 8 + 2];
        add_to(&mut lanes, &mut [Mask::from_key(&key, [0; 16], Sign::Plus)]);
        let mut later = [0; 16];
        later[..8].copy_from_slice(&(TILE as u64 / 16).to_le_bytes());
        let mut block = vec![0_u64; 2];
        add_to(&mut block, &mut [Mask::from_key(&key, later, Sign::Plus)]);
        assert_eq!(lanes[TILE / 8..], block);
    }

    proptest! {
        #[test]
        fn the_masks_of_both_ends_don_t_cancel_where_other_sums_were_asked_for(seed: [u8; 32]) {
            let bits = Bits::new(64).unwrap();
            let mut lanes = Lanes::from_elements(&[0; 4], bits);
            add(&mut lanes, &mut [Mask::new(&seed, &[1; 32], Sign::Plus)]);
            add(&mut lanes, &mut [Mask::new(&seed, &[2; 32], Sign::Minus)]);
            prop_assert!(lanes.into_elements(bits).iter().all(|element| *element != 0));
        }

        #[test]
        fn the_masks_of_both_ends_cancel(seed: [u8; 32], elements: Vec<u32>, wide: bool) {
            let elements: Vec<u64> = elements.into_iter().map(u64::from).collect();
            let bits = Bits::new(if wide { 64 } else { 32 }).unwrap();
            let mut lanes = Lanes::from_elements(&elements, bits);
            add(&mut lanes, &mut [Mask::new(&seed, &[1; 32], Sign::between(3, 7))]);
            if elements.len() > 3 {
                prop_assert_ne!(&lanes, &Lanes::from_elements(&elements, bits));
            }
            add(&mut lanes, &mut [Mask::new(&seed, &[1; 32], Sign::between(7, 3))]);
            prop_assert_eq!(lanes.into_elements(bits), elements);
        }
    }

    fn hex(text: &str) -> [u8; 16] {
        u128::from_str_radix(text, 16).unwrap().to_be_bytes()
    }
}
