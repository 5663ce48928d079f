//! Set A: words of 64 bits, transforms in double precision.

use consilium_base::SecretVec;
use dyn_stack::PodBuffer;
use pulp::{Arch, Simd, WithSimd};
use tfhe_fft::c64;

use super::{
    Noise, PARTS, Parameters, Precision, Ring, Set, Short,
    draw::Stream,
    fourier::Fourier,
    primes::{PRIMES, Primes, wrap},
    sealed::Sealed,
    short::{coefficient, reversed},
};

const DEGREE: usize = 2048;
const HALF: usize = DEGREE / 2;
/// Spectra of a ciphertext: the upper and the lower 32 bits of each part.
const SPECTRA: usize = 2 * PARTS;
/// Low bytes that a body leaves out on its way.
const BODY_DROPS: usize = 2;
/// Low bytes that a returned mask leaves out.
const MASK_DROPS: usize = 3;
/// Cells of one spectrum that stand together, before those of the next: two cache lines.
const RUN: usize = 8;

/// N = 2048, q = 2^64, binary secrets: tfhe's `V1_8_PARAM_MESSAGE_2_CARRY_2_KS_PBS_TUNIFORM_2M128`.
///
/// Sums over indicators are exact: an element is split into halves of 32 bits, of which a sum of
/// 2^20 has 51 bits at most and comes out of a transform in double precision to the nearest
/// integer. So all machines have the same result, whatever their vectors.
pub struct Native {
    fourier: Fourier,
    primes: Primes,
}

/// Room for transforms of [`Native`].
pub struct Scratch {
    fourier: PodBuffer,
    spectrum: Vec<c64>,
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scratch")
    }
}

impl Sealed for Native {}

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Native")
    }
}

impl Ring for Native {
    const PARAMETERS: Parameters = Parameters {
        set: Set::A,
        degree: DEGREE,
        modulus_log2: 64.0,
        secret: Short::Binary,
        fresh: Noise::TUniform(17),
        scale_log2: 34,
        sum_log2: 29,
        flood: (1u64 << 30) as f64,
        body_drops: 8 * BODY_DROPS as u32,
        mask_drops: 8 * MASK_DROPS as u32,
    };
    const LIMBS: usize = 1;
    const CELLS: usize = SPECTRA * HALF;
    const INDICATOR_CELLS: usize = HALF;
    type Cell = c64;
    type Factor = SecretVec<u64>;
    type Scratch = Scratch;

    fn new() -> Native {
        Native {
            fourier: Fourier::new(DEGREE),
            primes: Primes::new(DEGREE),
        }
    }

    fn scratch(&self) -> Scratch {
        Scratch {
            fourier: self.fourier.scratch(),
            spectrum: vec![c64::default(); HALF],
        }
    }

    fn expand(&self, seed: &[u8; 16]) -> Vec<u64> {
        let mut words = vec![0; DEGREE];
        Stream::new(seed).fill(&mut words);
        words
    }

    fn add(&self, sum: &mut [u64], terms: &[u64]) {
        for (sum, term) in sum.iter_mut().zip(terms) {
            *sum = sum.wrapping_add(*term);
        }
    }

    fn subtract(&self, difference: &mut [u64], terms: &[u64]) {
        for (difference, term) in difference.iter_mut().zip(terms) {
            *difference = difference.wrapping_sub(*term);
        }
    }

    fn add_scaled(&self, sum: &mut [u64], log2: u32, integers: &[i64]) {
        for (sum, integer) in sum.iter_mut().zip(integers) {
            *sum = sum.wrapping_add(integer.cast_unsigned() << log2);
        }
    }

    fn centred(&self, words: &[u64]) -> Vec<i128> {
        let centre = |word: &u64| i128::from(word.cast_signed());
        words.iter().map(centre).collect()
    }

    fn factor(&self, short: &[i8]) -> SecretVec<u64> {
        self.primes.factor(short)
    }

    fn prepare(&self, element: &[u64]) -> Vec<u64> {
        let limb = |prime: u64| element.iter().map(move |word| word % prime);
        let mut limbs: Vec<u64> = PRIMES.into_iter().flat_map(limb).collect();
        self.primes.forward(&mut limbs);
        limbs
    }

    fn multiply<const K: usize>(
        &self,
        prepared: &[u64],
        factors: [&SecretVec<u64>; K],
    ) -> [Vec<u64>; K] {
        factors.map(|factor| {
            // Before noise is added, a product with a mask that all know is as good as the secret.
            let product = SecretVec::new(self.primes.product(prepared, factor));
            let (first, second) = product.expose().split_at(DEGREE);
            let pairs = first.iter().zip(second);
            // Below 2^64 · 2048 in absolute value before they wrap: far below a quarter of 2^100.
            pairs.map(|(&a, &b)| wrap(a, b)).collect()
        })
    }

    fn coefficients(&self, element: &[u64], short: &[i8], at: &[usize]) -> Vec<u64> {
        let reversed = SecretVec::new(reversed(short));
        at.iter()
            .map(|&at| coefficient(element, reversed.expose(), at))
            .collect()
    }

    fn transform(&self, parts: [&[u64]; PARTS], cells: &mut [c64], scratch: &mut Scratch) {
        let Scratch { fourier, spectrum } = scratch;
        let mut half = [0i32; DEGREE];
        for (index, part) in parts.into_iter().enumerate() {
            for upper in [true, false] {
                for (half, &word) in half.iter_mut().zip(part) {
                    *half = if upper { upper_half(word) } else { word as i32 };
                }
                self.fourier.forward(&half, spectrum, fourier);
                let place = 2 * index + usize::from(!upper);
                let runs = cells.chunks_exact_mut(SPECTRA * RUN);
                for (run, cells) in runs.zip(spectrum.chunks_exact(RUN)) {
                    run[place * RUN..][..RUN].copy_from_slice(cells);
                }
            }
        }
    }

    fn transform_indicator(&self, indicator: &[i8], cells: &mut [c64], scratch: &mut Scratch) {
        self.fourier.forward(indicator, cells, &mut scratch.fourier);
    }

    fn accumulate(&self, sums: &mut [c64], blocks: &[c64], indicators: &[c64]) {
        let blocks: Vec<&[c64]> = blocks.chunks_exact(Self::CELLS).collect();
        let indicators: Vec<&[c64]> = indicators.chunks_exact(HALF).collect();
        Arch::new().dispatch(Accumulate {
            sums,
            blocks: &blocks,
            indicators: &indicators,
        });
    }

    fn restore(&self, sums: &[c64], scratch: &mut Scratch) -> [Vec<u64>; PARTS] {
        let Scratch { fourier, spectrum } = scratch;
        let mut half = [0i64; DEGREE];
        let mut part = 0;
        [(); PARTS].map(|()| {
            let mut words = vec![0u64; DEGREE];
            for upper in [true, false] {
                let runs = sums.chunks_exact(SPECTRA * RUN);
                for (run, cells) in runs.zip(spectrum.chunks_exact_mut(RUN)) {
                    cells.copy_from_slice(&run[part * RUN..][..RUN]);
                }
                self.fourier.backward(spectrum, &mut half, fourier);
                let shift = if upper { 32 } else { 0 };
                self.add_scaled(&mut words, shift, &half);
                part += 1;
            }
            words
        })
    }

    fn width(precision: Precision) -> usize {
        match precision {
            Precision::Body => 8 - BODY_DROPS,
            Precision::Mask => 8 - MASK_DROPS,
        }
    }

    fn write(&self, precision: Precision, words: &[u64], bytes: &mut Vec<u8>) {
        match precision {
            Precision::Body => write::<BODY_DROPS>(words, bytes),
            Precision::Mask => write::<MASK_DROPS>(words, bytes),
        }
    }

    fn read(&self, precision: Precision, bytes: &[u8]) -> Option<Vec<u64>> {
        match precision {
            Precision::Body => read::<BODY_DROPS>(bytes),
            Precision::Mask => read::<MASK_DROPS>(bytes),
        }
    }
}

/// Writes all bytes of words but the lowest, to which they are rounded.
fn write<const DROPS: usize>(words: &[u64], bytes: &mut Vec<u8>) {
    let half = 1 << (8 * DROPS - 1);
    for word in words {
        bytes.extend_from_slice(&word.wrapping_add(half).to_le_bytes()[DROPS..]);
    }
}

fn read<const DROPS: usize>(bytes: &[u8]) -> Option<Vec<u64>> {
    let values = bytes.chunks_exact(8 - DROPS);
    if !values.remainder().is_empty() {
        return None;
    }
    let word = |value: &[u8]| {
        let mut word = [0; 8];
        word[DROPS..].copy_from_slice(value);
        u64::from_le_bytes(word)
    };
    Some(values.map(word).collect())
}

/// Gives the upper 32 bits, one more where the lower ones count as negative.
fn upper_half(word: u64) -> i32 {
    (word.wrapping_add(1 << 31) >> 32) as i32
}

/// The inner loop over a tile: what is added to stays in registers while blocks pass.
struct Accumulate<'a> {
    sums: &'a mut [c64],
    blocks: &'a [&'a [c64]],
    indicators: &'a [&'a [c64]],
}

impl WithSimd for Accumulate<'_> {
    type Output = ();

    #[expect(
        clippy::inline_always,
        reason = "else it loses the vectors it was dispatched for"
    )]
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = S::C64_LANES;
        debug_assert_eq!(RUN % lanes, 0, "vectors divide a run");
        for (run, sums) in self.sums.chunks_exact_mut(SPECTRA * RUN).enumerate() {
            let (sums, _) = S::as_mut_simd_c64s(sums);
            let vectors = RUN / lanes;
            for vector in 0..vectors {
                let mut acc = [simd.splat_c64s(c64::default()); SPECTRA];
                for (k, acc) in acc.iter_mut().enumerate() {
                    *acc = sums[k * vectors + vector];
                }
                for (block, indicator) in self.blocks.iter().zip(self.indicators) {
                    let (block, _) =
                        S::as_simd_c64s(&block[run * SPECTRA * RUN..][..SPECTRA * RUN]);
                    let (indicator, _) = S::as_simd_c64s(&indicator[run * RUN..][..RUN]);
                    let factor = indicator[vector];
                    for (k, acc) in acc.iter_mut().enumerate() {
                        *acc = simd.mul_add_e_c64s(block[k * vectors + vector], factor, *acc);
                    }
                }
                for (k, acc) in acc.iter().enumerate() {
                    sums[k * vectors + vector] = *acc;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_any_width_give_the_same_words() {
        let ring = Native::new();
        let mut scratch = ring.scratch();
        let part = |n: u8| ring.expand(&[n; 16]);
        let blocks: Vec<Vec<c64>> = (0..3)
            .map(|block| {
                let parts = [0, 1, 2].map(|k| part(3 * block + k));
                let mut cells = vec![c64::default(); Native::CELLS];
                let parts = parts.each_ref().map(Vec::as_slice);
                ring.transform(parts, &mut cells, &mut scratch);
                cells
            })
            .collect();
        let indicators: Vec<Vec<c64>> = (1..4)
            .map(|step| {
                let indicator: Vec<i8> = (0..DEGREE).map(|i| i8::from(i % step == 0)).collect();
                let mut cells = vec![c64::default(); HALF];
                ring.transform_indicator(&indicator, &mut cells, &mut scratch);
                cells
            })
            .collect();
        let mut dispatched = vec![c64::default(); Native::CELLS];
        ring.accumulate(&mut dispatched, &blocks.concat(), &indicators.concat());
        let mut portable = vec![c64::default(); Native::CELLS];
        let blocks: Vec<&[c64]> = blocks.iter().map(Vec::as_slice).collect();
        let indicators: Vec<&[c64]> = indicators.iter().map(Vec::as_slice).collect();
        Accumulate {
            sums: &mut portable,
            blocks: &blocks,
            indicators: &indicators,
        }
        .with_simd(pulp::Scalar::new());
        let [dispatched, portable] =
            [dispatched, portable].map(|sums| ring.restore(&sums, &mut scratch));
        assert!(dispatched == portable);
    }
}
