//! Pieces of a table: ascending tags as differences, coded after Golomb and Rice.
//!
//! S. W. Golomb, Run-length encodings, IEEE Transactions on Information Theory, 1966; R. F. Rice
//! and J. R. Plaunt, Adaptive variable-length coding for efficient compression of spacecraft
//! television data, IEEE Transactions on Communication Technology, 1971.
//!
//! A piece is its first tag, 16 bytes, then each further one as the difference `d` to the one
//! before: `d >> r` zeros and a one, then the low `r` bits of `d`. Bits fill bytes from the lowest
//! on; zeros fill the last byte. The same tags have the same bytes, and no others.

use super::shape::{Shape, Tag};

/// A piece that is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Writes a piece of ascending tags.
pub(super) fn write(tags: impl IntoIterator<Item = Tag>, shape: Shape) -> Vec<u8> {
    let mut tags = tags.into_iter();
    let Some(mut last) = tags.next() else {
        return Vec::new();
    };
    let mut bits = Bits::after(last.to_le_bytes().to_vec());
    let rice = shape.rice();
    for tag in tags {
        let difference = tag - last;
        let mut zeros = difference >> rice;
        while zeros > 63 {
            bits.push(0, 63);
            zeros -= 63;
        }
        bits.push(
            1 << zeros,
            u32::try_from(zeros).expect("it is below 64") + 1,
        );
        bits.push(difference & low(rice), rice);
        last = tag;
    }
    bits.finish()
}

/// Reads a piece of so many tags, giving each of them in turn.
///
/// # Errors
///
/// Unless the bytes are what [`write`] makes of ascending tags that fit the shape; some may have
/// been given by then.
pub(super) fn read(
    piece: &[u8],
    shape: Shape,
    count: u32,
    mut each: impl FnMut(Tag),
) -> Result<(), Malformed> {
    let (first, coded) = piece.split_first_chunk().ok_or(Malformed)?;
    let mut tag = Tag::from_le_bytes(*first);
    if tag >= shape.range() {
        return Err(Malformed);
    }
    each(tag);
    let (rice, end) = (shape.rice(), coded.len() * 8);
    let mut at = 0;
    for _ in 1..count {
        let mut quotient = 0;
        loop {
            let zeros = window(coded, at).trailing_zeros();
            if zeros < WINDOW {
                quotient += Tag::from(zeros);
                at += zeros as usize + 1;
                break;
            }
            quotient += Tag::from(WINDOW);
            at += WINDOW as usize;
            if at > end {
                return Err(Malformed);
            }
        }
        tag += quotient << rice | window(coded, at) & low(rice);
        at += rice as usize;
        if at > end || tag >= shape.range() {
            return Err(Malformed);
        }
        each(tag);
    }
    if end - at < 8 && window(coded, at) == 0 {
        Ok(())
    } else {
        Err(Malformed)
    }
}

/// The bits of a window that are sure to be there.
const WINDOW: u32 = 121;

/// Gives the bits from this one on; zeros beyond the end.
fn window(bytes: &[u8], at: usize) -> u128 {
    let rest = bytes.get(at / 8..).unwrap_or_default();
    let word = if let Some(word) = rest.first_chunk() {
        u128::from_le_bytes(*word)
    } else {
        let mut word = [0; 16];
        for (byte, given) in word.iter_mut().zip(rest) {
            *byte = *given;
        }
        u128::from_le_bytes(word)
    };
    word >> (at % 8)
}

fn low(bits: u32) -> Tag {
    (1 << bits) - 1
}

/// Bytes that are filled bit by bit.
struct Bits {
    bytes: Vec<u8>,
    pending: u128,
    held: u32,
}

impl Bits {
    fn after(bytes: Vec<u8>) -> Bits {
        Bits {
            bytes,
            pending: 0,
            held: 0,
        }
    }

    /// Adds the low bits of a value that has no others.
    fn push(&mut self, value: u128, bits: u32) {
        self.pending |= value << self.held;
        self.held += bits;
        while self.held >= 8 {
            self.bytes.push(self.pending.to_le_bytes()[0]);
            self.pending >>= 8;
            self.held -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.held > 0 {
            self.bytes.push(self.pending.to_le_bytes()[0]);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests;
