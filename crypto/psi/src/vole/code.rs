//! The linear code that compresses sparse noise: expand-convolute.
//!
//! Raghuraman, Rindal and Tanguy (CRYPTO 2023, ePrint 2023/882), systematic and of rate one half:
//! the generator is [1 | B·C₁·D·C₂], with as many columns in either half as there are outputs.
//! B expands: each row has a one at a uniform place of each of [`WEIGHT`] equal regions. C₁ and C₂
//! convolute: each element is added to the [`TAPS`] after it by uniform bits, and to the one after
//! those always; the end goes on at the beginning. D multiplies each element by a factor of its
//! own. The same session gives the same code.
//!
//! # Security
//!
//! Weight, taps and the second convolution are those that the authors' own implementation calls
//! conservative (libOTe, `ExConv21x24`); the second is for rows that expand into the last places
//! only. There, half of a row's ones are in regions of their own; here all are.
//!
//! D is needed since B and the convolutions are binary. Without it, the code would treat the 128
//! bits of an element one by one: 128 words of one binary code, noisy at the same places. For any
//! 127 of these places some sum of the words has no noise there, and linear algebra finds it: at
//! rate one half, all is lost with fewer than 256 noisy places (Metzner and Kapturowski, IEEE
//! Trans. Inf. Theory 1990, decode such words). The authors' implementation multiplies by a
//! constant in the convolution, against the same attack. Here the factors are pseudorandom, and so
//! are the entries of the generator's right half.

use aes::{
    Aes128,
    cipher::{KeyIvInit, StreamCipher},
};
use consilium_base::{Digest, Tagged};
use ctr::Ctr64LE;
use zeroize::Zeroize;

use super::field::Block;

/// Ones in a row of the expander.
pub(crate) const WEIGHT: usize = 21;

/// Elements after it to which an element is added or not.
pub(crate) const TAPS: usize = 24;

/// Fewest outputs of a code: shorter ones are parts of one with so many.
pub(crate) const FEWEST: usize = 4096;

/// Elements of which the code's randomness is drawn at a time.
const DRAWN: usize = 256;

/// A code of one session and size.
pub(crate) struct Code<'a> {
    session: &'a Digest,
    outputs: usize,
}

impl Code<'_> {
    /// Takes the code with so many outputs, at least [`FEWEST`].
    pub(crate) fn new(session: &Digest, outputs: usize) -> Code<'_> {
        debug_assert!(outputs >= FEWEST);
        Code { session, outputs }
    }

    /// Compresses twice as many elements as there are outputs, in place.
    pub(crate) fn compress(&self, elements: &mut Vec<Block>) {
        debug_assert_eq!(elements.len(), 2 * self.outputs);
        let (outputs, tail) = elements.split_at_mut(self.outputs);
        self.convolute(tail, 2);
        self.scale(tail);
        self.convolute(tail, 1);
        self.expand(outputs, tail);
        tail.iter_mut().zeroize();
        elements.truncate(self.outputs);
        elements.shrink_to_fit();
    }

    /// C: adds each element to those after it, from the first to the last.
    fn convolute(&self, elements: &mut [Block], pass: u64) {
        let mut stream = Stream::new(self.session, "psi-vole.1.convolution", pass);
        let straight = elements.len() - TAPS - 1;
        for from in (0..elements.len()).step_by(DRAWN) {
            let taps = stream.draw::<{ size_of::<u32>() }>(DRAWN.min(elements.len() - from));
            for (index, taps) in (from..).zip(taps) {
                let taps = u32::from_le_bytes(*taps);
                if index < straight {
                    add_after(&mut elements[index..=index + TAPS + 1], taps);
                } else {
                    add_round(elements, index, taps);
                }
            }
        }
    }

    /// D: multiplies each element by its factor.
    fn scale(&self, elements: &mut [Block]) {
        let mut stream = Stream::new(self.session, "psi-vole.1.scaling", 0);
        for chunk in elements.chunks_mut(DRAWN) {
            let factors = stream.draw(chunk.len());
            for (element, factor) in chunk.iter_mut().zip(factors) {
                *element = *element * Block::from_bytes(*factor);
            }
        }
    }

    /// B: adds to each output the elements at the places of its row, region by region.
    fn expand(&self, outputs: &mut [Block], elements: &[Block]) {
        let regions = (0..WEIGHT).map(|region| {
            let [from, to] = [region, region + 1].map(|it| it * elements.len() / WEIGHT);
            &elements[from..to]
        });
        for (number, region) in (0..).zip(regions) {
            let mut stream = Stream::new(self.session, "psi-vole.1.expander", number);
            for chunk in outputs.chunks_mut(DRAWN) {
                let numbers = stream.draw(chunk.len());
                for (output, number) in chunk.iter_mut().zip(numbers) {
                    *output ^= region[place(u32::from_le_bytes(*number), region.len())];
                }
            }
        }
    }
}

/// Adds the first element to those after it by its taps, and to the last.
fn add_after(window: &mut [Block], taps: u32) {
    if let Some((first, after)) = window.split_first_mut()
        && let Some((last, after)) = after.split_last_mut()
    {
        for (tap, element) in after.iter_mut().enumerate() {
            *element ^= first.kept_if(taps >> tap & 1 == 1);
        }
        *last ^= *first;
    }
}

/// The same where those after it go on at the beginning.
fn add_round(elements: &mut [Block], index: usize, taps: u32) {
    let (element, size) = (elements[index], elements.len());
    for tap in 0..TAPS {
        elements[(index + 1 + tap) % size] ^= element.kept_if(taps >> tap & 1 == 1);
    }
    elements[(index + 1 + TAPS) % size] ^= element;
}

/// Maps a number to a place; of 2^16 places none is likelier than another by more than 2^−16.
fn place(number: u32, places: usize) -> usize {
    let product = u64::from(number) * places as u64;
    usize::try_from(product >> 32).expect("it is less than the places")
}

/// The public randomness of a code: AES-128 in counter mode.
struct Stream {
    cipher: Ctr64LE<Aes128>,
    drawn: Vec<u8>,
}

impl Stream {
    fn new(session: &Digest, label: &'static str, pass: u64) -> Stream {
        let key = Tagged::new(label).field(session).number(pass);
        let key = key.secret::<16>();
        Stream {
            cipher: Ctr64LE::new(key.expose().into(), &[0; 16].into()),
            drawn: Vec::new(),
        }
    }

    /// Gives the next so many words of `N` bytes.
    fn draw<const N: usize>(&mut self, count: usize) -> &[[u8; N]] {
        self.drawn.clear();
        self.drawn.resize(count * N, 0);
        self.cipher.apply_keystream(&mut self.drawn);
        self.drawn.as_chunks().0
    }
}

#[cfg(test)]
mod tests;
