//! Set B: residues modulo two primes, exact transforms.

use consilium_base::SecretVec;

use super::{
    Noise, PARTS, Parameters, Precision, Ring, Set, Short,
    draw::Stream,
    primes::{PRIMES, PRODUCT, Primes, centre, join, residues},
    sealed::Sealed,
    short::{coefficient, reversed},
};

const DEGREE: usize = 4096;
const ELEMENT: usize = 2 * DEGREE;
/// Bytes of a coefficient: two residues of 50 bits.
const WIDTH: usize = 13;

/// N = 4096, q ≈ 2^100 of two primes, ternary secrets, σ = 3.2.
///
/// The table of HomomorphicEncryption.org (2018) allows q up to 2^109 for 128 bits at this degree,
/// secret and noise.
pub struct PrimePair {
    primes: Primes,
}

impl Sealed for PrimePair {}

impl std::fmt::Debug for PrimePair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrimePair")
    }
}

impl Ring for PrimePair {
    const PARAMETERS: Parameters = Parameters {
        set: Set::B,
        degree: DEGREE,
        modulus_log2: 100.0,
        secret: Short::Ternary,
        fresh: Noise::Gaussian(3.2),
        scale_log2: 56,
        sum_log2: 32,
        // 2^51.7
        flood: 3_658_059_589_560_742.0,
        body_drops: 0,
        mask_drops: 0,
    };
    const LIMBS: usize = 2;
    const CELLS: usize = PARTS * ELEMENT;
    const INDICATOR_CELLS: usize = ELEMENT;
    type Cell = u64;
    type Factor = SecretVec<u64>;
    /// None is needed: these transforms work in place.
    type Scratch = ();

    fn new() -> PrimePair {
        PrimePair {
            primes: Primes::new(DEGREE),
        }
    }

    fn scratch(&self) {}

    fn expand(&self, seed: &[u8; 16]) -> Vec<u64> {
        let mut stream = Stream::new(seed);
        let mut words = vec![0; ELEMENT];
        for (prime, limb) in PRIMES.into_iter().zip(words.chunks_exact_mut(DEGREE)) {
            stream.fill_below(prime, limb);
        }
        words
    }

    fn add(&self, sum: &mut [u64], terms: &[u64]) {
        let limb = sum.len() / 2;
        for (index, (sum, term)) in sum.iter_mut().zip(terms).enumerate() {
            *sum = reduce(PRIMES[index / limb], *sum + term);
        }
    }

    fn subtract(&self, difference: &mut [u64], terms: &[u64]) {
        let limb = difference.len() / 2;
        for (index, (difference, term)) in difference.iter_mut().zip(terms).enumerate() {
            let prime = PRIMES[index / limb];
            *difference = reduce(prime, *difference + prime - term);
        }
    }

    fn add_scaled(&self, sum: &mut [u64], log2: u32, integers: &[i64]) {
        let limb = sum.len() / 2;
        for (prime, limb) in PRIMES.into_iter().zip(sum.chunks_exact_mut(limb)) {
            for (sum, &integer) in limb.iter_mut().zip(integers) {
                let scaled = (i128::from(integer) << log2).rem_euclid(i128::from(prime));
                *sum = reduce(prime, *sum + scaled as u64);
            }
        }
    }

    fn centred(&self, words: &[u64]) -> Vec<i128> {
        let (first, second) = words.split_at(words.len() / 2);
        let pairs = first.iter().zip(second);
        pairs.map(|(&a, &b)| centre(a, b)).collect()
    }

    fn factor(&self, short: &[i8]) -> SecretVec<u64> {
        self.primes.factor(short)
    }

    fn prepare(&self, element: &[u64]) -> Vec<u64> {
        let mut limbs = element.to_vec();
        self.primes.forward(&mut limbs);
        limbs
    }

    fn multiply<const K: usize>(
        &self,
        prepared: &[u64],
        factors: [&SecretVec<u64>; K],
    ) -> [Vec<u64>; K] {
        factors.map(|factor| self.primes.product(prepared, factor))
    }

    fn coefficients(&self, element: &[u64], short: &[i8], at: &[usize]) -> Vec<u64> {
        let reversed = SecretVec::new(reversed(short));
        let mut words = Vec::with_capacity(2 * at.len());
        for (prime, limb) in PRIMES.into_iter().zip(element.chunks_exact(DEGREE)) {
            for &at in at {
                // Of 4096 terms below 2^50 the sum fits 63 bits.
                let sum = coefficient(limb, reversed.expose(), at).cast_signed();
                words.push(sum.rem_euclid(prime.cast_signed()).cast_unsigned());
            }
        }
        words
    }

    fn transform(&self, parts: [&[u64]; PARTS], cells: &mut [u64], (): &mut ()) {
        for (part, cells) in parts.into_iter().zip(cells.chunks_exact_mut(ELEMENT)) {
            cells.copy_from_slice(part);
            self.primes.forward(cells);
        }
    }

    fn transform_indicator(&self, indicator: &[i8], cells: &mut [u64], (): &mut ()) {
        cells.copy_from_slice(&residues(indicator));
        self.primes.forward(cells);
    }

    fn accumulate(&self, sums: &mut [u64], blocks: &[u64], indicators: &[u64]) {
        let pairs = blocks
            .chunks_exact(Self::CELLS)
            .zip(indicators.chunks_exact(ELEMENT));
        for (block, indicator) in pairs {
            let parts = sums.chunks_exact_mut(ELEMENT);
            for (sum, part) in parts.zip(block.chunks_exact(ELEMENT)) {
                self.primes.accumulate(sum, part, indicator);
            }
        }
    }

    fn restore(&self, sums: &[u64], (): &mut ()) -> [Vec<u64>; PARTS] {
        let mut parts = sums.chunks_exact(ELEMENT);
        [(); PARTS].map(|()| {
            let mut words = parts.next().unwrap_or_default().to_vec();
            self.primes.normalise(&mut words);
            self.primes.backward(&mut words);
            words
        })
    }

    fn width(_: Precision) -> usize {
        WIDTH
    }

    fn write(&self, _: Precision, words: &[u64], bytes: &mut Vec<u8>) {
        let (first, second) = words.split_at(words.len() / 2);
        for (&a, &b) in first.iter().zip(second) {
            bytes.extend_from_slice(&join(a, b).to_le_bytes()[..WIDTH]);
        }
    }

    fn read(&self, _: Precision, bytes: &[u8]) -> Option<Vec<u64>> {
        let values = bytes.chunks_exact(WIDTH);
        if !values.remainder().is_empty() {
            return None;
        }
        let count = values.len();
        let mut words = vec![0; 2 * count];
        for (index, value) in values.enumerate() {
            let mut word = [0; 16];
            word[..WIDTH].copy_from_slice(value);
            let value = u128::from_le_bytes(word);
            if value >= PRODUCT {
                return None;
            }
            words[index] = (value % u128::from(PRIMES[0])) as u64;
            words[count + index] = (value % u128::from(PRIMES[1])) as u64;
        }
        Some(words)
    }
}

/// Takes the prime off once, if it fits.
fn reduce(prime: u64, value: u64) -> u64 {
    value - (prime & u64::from(value >= prime).wrapping_neg())
}
