//! The runs of characters by which names are compared.

use std::{borrow::Cow, hash::Hasher};

use super::{Subject, is_ideograph};

/// What says nothing of a diagnosis that another does not: words of classifications, in the form that
/// [`super::plain`] gives.
const FILLING: [&str; 26] = [
    "不可归类在他处者",
    "不可归类在他处",
    "未特指的",
    "未特指",
    "其他特指的",
    "特指的",
    "特指",
    "其他的",
    "其他",
    "由于",
    "所致",
    "引起",
    "伴有",
    "部位",
    "疾患",
    "的",
    "性",
    "伴",
    "不",
    "和",
    "或",
    "及",
    "与",
    "病",
    "的病",
    "性的",
];

/// A name without its filling; as it is, where nothing else is in it.
fn telling(plain: &str) -> Cow<'_, str> {
    if !plain.contains(is_ideograph) {
        return plain.into();
    }
    let mut left = plain.to_owned();
    for filling in FILLING {
        if left.contains(filling) {
            left = left.replace(filling, "");
        }
    }
    if left.trim().is_empty() {
        plain.into()
    } else {
        left.into()
    }
}

/// The longest run.
const LONGEST: usize = 4;

/// All runs of a name, each packed into a number.
pub(super) fn grams(subject: Subject, plain: &str) -> Vec<u128> {
    let told = match subject {
        Subject::Drug => Cow::Borrowed(plain),
        Subject::Diagnosis => telling(plain),
    };
    let mut grams = Vec::with_capacity(4 * plain.len());
    for word in told.split(' ') {
        let letters: Vec<char> = word.chars().collect();
        for run in letters.chunk_by(|a, b| is_ideograph(*a) == is_ideograph(*b)) {
            if run.first().is_some_and(|it| is_ideograph(*it)) {
                grams.extend(run.chunks(1).map(packed));
                if subject == Subject::Drug {
                    grams.extend(run.windows(2).map(packed));
                }
                continue;
            }
            let ended: Vec<char> = [&[' '], run, &[' ']].concat();
            for len in 2..=LONGEST {
                grams.extend(ended.windows(len).map(packed));
            }
        }
    }
    grams
}

pub(super) fn packed(run: &[char]) -> u128 {
    run.iter().fold(0, |packed, letter| {
        packed << 21 | u128::from(u32::from(*letter))
    })
}

/// A hasher of small numbers: one multiplication by 2⁶⁴ over the golden ratio (Knuth, volume 3, 6.4).
#[derive(Default)]
pub(super) struct Multiply(u64);

impl Hasher for Multiply {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(32);
    }
}
