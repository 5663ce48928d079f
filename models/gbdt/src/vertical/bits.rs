//! A bit for each row.

use bytes::Bytes;

/// Packs bits, the first of each byte the lowest; what is left of the last byte is 0.
pub(crate) fn pack(bits: impl IntoIterator<Item = bool>) -> Bytes {
    let mut bytes = Vec::new();
    for (place, bit) in bits.into_iter().enumerate() {
        if place % 8 == 0 {
            bytes.push(0);
        }
        if let Some(last) = bytes.last_mut() {
            *last |= u8::from(bit) << (place % 8);
        }
    }
    bytes.into()
}

/// Reads so many bits; gives none if there are more or fewer, or one is set that is left over.
pub(crate) fn unpack(bytes: &[u8], bits: usize) -> Option<impl ExactSizeIterator<Item = bool>> {
    let used = bits % 8;
    let left_over = bytes.last().filter(|_| used > 0).map_or(0, |it| it >> used);
    let fits = bytes.len() == bits.div_ceil(8) && left_over == 0;
    fits.then(|| (0..bits).map(|place| bytes[place / 8] >> (place % 8) & 1 == 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bits_that_were_packed_are_read_again(bits: Vec<bool>) {
            let bytes = pack(bits.iter().copied());
            let read: Vec<bool> = unpack(&bytes, bits.len()).unwrap().collect();
            prop_assert_eq!(read, bits);
        }

        #[test]
        fn other_lengths_are_refused(bytes: Vec<u8>, bits in 0_usize..100) {
            if bytes.len() != bits.div_ceil(8) {
                prop_assert!(unpack(&bytes, bits).is_none());
            }
        }
    }

    #[test]
    fn bits_beyond_the_last_row_are_refused() {
        assert!(unpack(&[0b100], 2).is_none());
        assert!(unpack(&[0b011], 2).is_some());
    }
}
