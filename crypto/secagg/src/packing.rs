//! Vectors packed to the bit: element `k` takes the bits from `k·b` on, little endian.

use crate::{
    Bits,
    lanes::{Lane, Lanes},
};

/// Bytes that may be read beyond an element's first byte.
const LOOKAHEAD: usize = 16;

/// Bytes that may be written beyond the last group of elements.
const SPARE: usize = 16;

/// Gives the number of bytes that `len` elements take: `⌈len · b / 8⌉`.
pub fn packed_len(len: usize, bits: Bits) -> usize {
    // Split, so that no product can overflow.
    let b = usize::from(bits.get());
    len / 8 * b + (len % 8 * b).div_ceil(8)
}

/// Packs elements, each taken modulo `2^b`.
pub(crate) fn pack(lanes: &Lanes, bits: Bits) -> Vec<u8> {
    match lanes {
        Lanes::Narrow(lanes) => pack_lanes(lanes, bits),
        Lanes::Wide(lanes) => pack_lanes(lanes, bits),
    }
}

/// Packs elements that are in no lanes.
pub(crate) fn pack_elements(elements: &[u64], bits: Bits) -> Vec<u8> {
    pack_lanes(elements, bits)
}

/// Adds a packed vector to `lanes`; says whether it had the right length, its last bits zero.
#[must_use]
pub(crate) fn add_packed(lanes: &mut Lanes, packed: &[u8], bits: Bits) -> bool {
    let len = match lanes {
        Lanes::Narrow(lanes) => lanes.len(),
        Lanes::Wide(lanes) => lanes.len(),
    };
    let used = len % 8 * usize::from(bits.get()) % 8;
    let stray = used != 0 && packed.last().is_some_and(|last| last >> used != 0);
    if packed.len() != packed_len(len, bits) || stray {
        return false;
    }
    match lanes {
        Lanes::Narrow(lanes) => add_lanes(lanes, packed, bits),
        Lanes::Wide(lanes) => add_lanes(lanes, packed, bits),
    }
    true
}

fn pack_lanes<L: Lane>(lanes: &[L], bits: Bits) -> Vec<u8> {
    match bits.get() {
        // Whole bytes need no shifts.
        8 => pack_whole::<1, L>(lanes),
        16 => pack_whole::<2, L>(lanes),
        32 => pack_whole::<4, L>(lanes),
        64 => pack_whole::<8, L>(lanes),
        1..32 => pack_narrow(lanes, bits),
        _ => pack_wide(lanes, bits),
    }
}

/// Packs elements of `N` bytes.
fn pack_whole<const N: usize, L: Lane>(lanes: &[L]) -> Vec<u8> {
    let mut packed = vec![0; N * lanes.len()];
    for (bytes, lane) in packed.as_chunks_mut::<N>().0.iter_mut().zip(lanes) {
        bytes.copy_from_slice(&lane.element().to_le_bytes()[..N]);
    }
    packed
}

/// Packs elements of at most 31 bits, eight at a time: together they take whole bytes.
fn pack_narrow<L: Lane>(lanes: &[L], bits: Bits) -> Vec<u8> {
    let b = usize::from(bits.get());
    let len = packed_len(lanes.len(), bits);
    let mut packed = vec![0; len + SPARE];
    let (groups, rest) = lanes.as_chunks::<8>();
    for (group, at) in groups.iter().zip((0..).step_by(b)) {
        pack_group(group, bits, &mut packed[at..at + b + SPARE]);
    }
    let mut last = [L::default(); 8];
    last[..rest.len()].copy_from_slice(rest);
    let at = groups.len() * b;
    let mut bytes = [0; 32 + SPARE];
    pack_group(&last, bits, &mut bytes);
    packed[at..len].copy_from_slice(&bytes[..len - at]);
    packed.truncate(len);
    packed
}

/// Packs eight elements into the first `b` bytes; what comes after is overwritten.
#[inline]
fn pack_group<L: Lane>(group: &[L; 8], bits: Bits, packed: &mut [u8]) {
    let (b, mask) = (u32::from(bits.get()), bits.mask());
    let pair = |at: usize| {
        let element = |at: usize| group[at].element() & mask;
        u128::from(element(at) | element(at + 1) << b)
    };
    let (lower, upper) = (pair(0) | pair(2) << (2 * b), pair(4) | pair(6) << (2 * b));
    // Half a group ends in the middle of a byte if b is odd.
    let whole = b / 2 * 8;
    let upper = upper << (4 * b - whole) | (lower >> whole);
    let half = usize::from(bits.get() / 2);
    packed[..16].copy_from_slice(&lower.to_le_bytes());
    packed[half..half + 16].copy_from_slice(&upper.to_le_bytes());
}

/// Packs elements of any width, word after word.
fn pack_wide<L: Lane>(lanes: &[L], bits: Bits) -> Vec<u8> {
    let len = packed_len(lanes.len(), bits);
    let mut packed = Vec::with_capacity(len + 8);
    let (b, mask) = (u32::from(bits.get()), bits.mask());
    let (mut word, mut filled) = (0_u64, 0);
    for lane in lanes {
        let element = lane.element() & mask;
        word |= element << filled;
        filled += b;
        if filled >= 64 {
            packed.extend_from_slice(&word.to_le_bytes());
            filled -= 64;
            // The part of the element that did not fit; none if it ended with the word.
            word = (element >> 1) >> (b - filled - 1);
        }
    }
    packed.extend_from_slice(&word.to_le_bytes());
    packed.truncate(len);
    packed
}

fn add_lanes<L: Lane>(lanes: &mut [L], packed: &[u8], bits: Bits) {
    let b = usize::from(bits.get());
    if b == 8 * L::BYTES {
        let pairs = lanes.iter_mut().zip(L::read(packed));
        return pairs.for_each(|(lane, element)| *lane = lane.plus(element));
    }
    // Eight elements take b whole bytes; the last few groups are read from a padded copy.
    let safe = packed.len().saturating_sub(LOOKAHEAD) / b;
    let (body, rest) = lanes.split_at_mut((safe * 8).min(lanes.len() / 8 * 8));
    let done = body.len() / 8 * b;
    for (group, at) in body.chunks_exact_mut(8).zip((0..).step_by(b)) {
        add_group(group, &packed[at..at + b + LOOKAHEAD - 8], bits);
    }
    let mut tail = packed[done..].to_vec();
    tail.resize(tail.len() + b + LOOKAHEAD, 0);
    for (group, at) in rest.chunks_mut(8).zip((0..).step_by(b)) {
        add_group(group, &tail[at..at + b + LOOKAHEAD - 8], bits);
    }
}

/// Adds up to eight elements that begin at a byte's border.
#[inline]
fn add_group<L: Lane>(group: &mut [L], packed: &[u8], bits: Bits) {
    let (b, mask) = (usize::from(bits.get()), bits.mask());
    for (k, lane) in group.iter_mut().enumerate() {
        let (byte, shift) = (k * b / 8, k * b % 8);
        let low = read::<8>(packed, byte);
        let mut element = u64::from_le_bytes(low) >> shift;
        if b + shift > 64 {
            element |= u64::from(packed[byte + 8]) << (64 - shift);
        }
        *lane = lane.plus(L::from_element(element & mask));
    }
}

#[inline]
fn read<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    *bytes[at..]
        .first_chunk()
        .expect("groups are followed by spare bytes")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One bit after the other: slow and plain.
    fn pack_plainly(elements: &[u64], bits: Bits) -> Vec<u8> {
        let mut packed = vec![0; packed_len(elements.len(), bits)];
        for (k, element) in elements.iter().enumerate() {
            for bit in 0..usize::from(bits.get()) {
                let at = k * usize::from(bits.get()) + bit;
                packed[at / 8] |= u8::from(element >> bit & 1 == 1) << (at % 8);
            }
        }
        packed
    }

    fn vector() -> impl Strategy<Value = (Bits, Vec<u64>)> {
        let bits = (1_u8..=64).prop_map(|bits| Bits::new(bits).unwrap());
        bits.prop_flat_map(|bits| {
            (
                Just(bits),
                prop::collection::vec(any::<u64>().prop_map(move |it| it & bits.mask()), 0..200),
            )
        })
    }

    proptest! {
        #[test]
        fn every_width_is_packed_bit_after_bit((bits, elements) in vector()) {
            let packed = pack(&Lanes::from_elements(&elements, bits), bits);
            prop_assert_eq!(packed, pack_plainly(&elements, bits));
        }

        #[test]
        fn elements_are_packed_as_in_lanes((bits, elements) in vector()) {
            let lanes = Lanes::from_elements(&elements, bits);
            prop_assert_eq!(pack_elements(&elements, bits), pack(&lanes, bits));
        }

        #[test]
        fn adding_a_packed_vector_adds_its_elements((bits, elements) in vector(), twice: bool) {
            let packed = pack_plainly(&elements, bits);
            let mut lanes = Lanes::zeros(elements.len(), bits);
            prop_assert!(add_packed(&mut lanes, &packed, bits));
            let mut expected = elements.clone();
            if twice {
                prop_assert!(add_packed(&mut lanes, &packed, bits));
                let doubled = |it: &u64| it.wrapping_add(*it) & bits.mask();
                expected = expected.iter().map(doubled).collect();
            }
            prop_assert_eq!(lanes.into_elements(bits), expected);
        }

        #[test]
        fn arbitrary_bytes_are_added_or_refused(bits in 1_u8..=64, len in 0_usize..40, bytes: Vec<u8>) {
            let bits = Bits::new(bits).unwrap();
            let added = add_packed(&mut Lanes::zeros(len, bits), &bytes, bits);
            prop_assert!(!added || bytes.len() == packed_len(len, bits));
        }
    }

    #[test]
    fn stray_bits_after_the_last_element_are_refused() {
        let bits = Bits::new(3).unwrap();
        assert!(add_packed(&mut Lanes::zeros(1, bits), &[0b111], bits));
        assert!(!add_packed(&mut Lanes::zeros(1, bits), &[0b1000], bits));
    }
}
