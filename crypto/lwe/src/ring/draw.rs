//! Random elements: public ones of a seed, and secret ones.

use consilium_base::{Generator, SecretVec, Seed};
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};
use rand_core::CryptoRng;
use rand_distr::{Distribution as _, StandardNormal, uniform::Uniform};
use zeroize::Zeroize;

use super::{Noise, Short};

/// Of Gaussian noise so many bits below its deviation come from a double; those below are uniform.
const GAUSSIAN_BITS: i32 = 40;

/// The stream of a seed: AES-128 in counter mode.
pub(super) struct Stream(ctr::Ctr128LE<aes::Aes128>);

impl Stream {
    pub(super) fn new(seed: &[u8; 16]) -> Stream {
        Stream(ctr::Ctr128LE::new(&(*seed).into(), &[0; 16].into()))
    }

    /// Fills in the next words of 64 bits.
    pub(super) fn fill(&mut self, words: &mut [u64]) {
        let mut bytes = [0; 2048];
        for words in words.chunks_mut(bytes.len() / 8) {
            let bytes = &mut bytes[..8 * words.len()];
            bytes.fill(0);
            self.0.apply_keystream(bytes);
            let (values, _) = bytes.as_chunks();
            for (word, value) in words.iter_mut().zip(values) {
                *word = u64::from_le_bytes(*value);
            }
        }
        bytes.zeroize();
    }

    /// Fills in the next words below a modulus of so many bits: trimmed, others are drawn again.
    pub(super) fn fill_below(&mut self, modulus: u64, words: &mut [u64]) {
        let trim = modulus.leading_zeros();
        self.fill(words);
        for word in words {
            *word >>= trim;
            while *word >= modulus {
                self.fill(std::slice::from_mut(word));
                *word >>= trim;
            }
        }
    }
}

/// A secret generator, and samplers over it.
pub(crate) struct Draw {
    /// For bits, by the thousand.
    stream: Stream,
    /// For the samplers of `rand_distr`.
    generator: Generator,
}

impl Draw {
    /// Grows a generator from seeds that the caller's one gives.
    pub(crate) fn from_rng(rng: &mut impl CryptoRng) -> Draw {
        let mut seed = [0; 16];
        rng.fill_bytes(&mut seed);
        let draw = Draw {
            stream: Stream::new(&seed),
            generator: Seed::random(rng).generator(),
        };
        seed.zeroize();
        draw
    }

    /// Draws a short secret.
    pub(crate) fn short(&mut self, short: Short, count: usize) -> SecretVec<i8> {
        match short {
            Short::Binary => self.binary(count),
            Short::Ternary => {
                let signs = Uniform::new_inclusive(-1_i8, 1).expect("the ends ascend");
                let mut drawn = SecretVec::new(vec![0; count]);
                for sign in drawn.expose_mut() {
                    *sign = signs.sample(&mut self.generator);
                }
                drawn
            }
        }
    }

    /// Draws noise.
    pub(crate) fn noise(&mut self, noise: Noise, count: usize) -> SecretVec<i64> {
        match noise {
            Noise::TUniform(log2) => self.t_uniform(log2, count),
            Noise::Gaussian(deviation) => self.gaussian(deviation, count),
        }
    }

    /// Rounds doubles, whose steps are up to 2^−48 of the deviation: where that is more than an integer,
    /// uniform noise of about 2^−40 of it is added, so that low bits are uniform too.
    fn gaussian(&mut self, deviation: f64, count: usize) -> SecretVec<i64> {
        let below = (deviation.log2() as i32).saturating_sub(GAUSSIAN_BITS);
        let mut drawn = match u32::try_from(below) {
            Ok(log2) => self.t_uniform(log2, count),
            Err(_) => SecretVec::new(vec![0; count]),
        };
        for noise in drawn.expose_mut() {
            let normal: f64 = StandardNormal.sample(&mut self.generator);
            *noise += (normal * deviation).round() as i64;
        }
        drawn
    }

    fn binary(&mut self, count: usize) -> SecretVec<i8> {
        let words = self.words(count.div_ceil(64));
        let mut bits = SecretVec::new(vec![0; count]);
        for (bits, word) in bits.expose_mut().chunks_mut(64).zip(words.expose()) {
            for (place, bit) in bits.iter_mut().enumerate() {
                *bit = (word >> place & 1) as i8;
            }
        }
        bits
    }

    /// Of b + 2 uniform bits the lowest decides whether the others count one more.
    fn t_uniform(&mut self, log2: u32, count: usize) -> SecretVec<i64> {
        debug_assert!(log2 <= 30, "two draws share a word");
        let words = self.words(count.div_ceil(2));
        let mut noise = SecretVec::new(vec![0; count]);
        let mask = u32::MAX >> (30 - log2);
        let centre = 1 << log2;
        for (pair, word) in noise.expose_mut().chunks_mut(2).zip(words.expose()) {
            for (noise, half) in pair.iter_mut().zip([*word as u32, (word >> 32) as u32]) {
                let bits = i64::from(half & mask);
                *noise = (bits >> 1) + (bits & 1) - centre;
            }
        }
        noise
    }

    fn words(&mut self, count: usize) -> SecretVec<u64> {
        let mut words = SecretVec::new(vec![0; count]);
        self.stream.fill(words.expose_mut());
        words
    }
}

#[cfg(test)]
mod tests {
    use consilium_base::Seed;

    use super::*;

    /// Counts what lies at each place, and holds it against the shares: six deviations.
    fn check(drawn: impl IntoIterator<Item = i64>, shares: &[f64]) {
        let mut counts = vec![0_u32; shares.len()];
        let mut total = 0.0;
        for number in drawn {
            counts[usize::try_from(number).unwrap()] += 1;
            total += 1.0;
        }
        for (count, share) in counts.into_iter().zip(shares) {
            let deviation = (total * share * (1.0 - share)).sqrt();
            let apart = f64::from(count) - total * share;
            assert!(apart.abs() < 6.0 * deviation, "{apart} of {deviation}");
        }
    }

    fn draw() -> Draw {
        Draw::from_rng(&mut Seed::from_bytes([1; 32]).generator())
    }

    #[test]
    fn both_ends_of_uniform_noise_are_half_as_likely() {
        let noise = draw().noise(Noise::TUniform(2), 99_999);
        let mut shares = [1.0 / 8.0; 9];
        shares[0] = 1.0 / 16.0;
        shares[8] = 1.0 / 16.0;
        check(noise.expose().iter().map(|noise| noise + 4), &shares);
    }

    #[test]
    fn short_secrets_are_even() {
        let secret = draw().short(Short::Binary, 99_999);
        check(secret.expose().iter().map(|bit| i64::from(*bit)), &[0.5; 2]);
        let secret = draw().short(Short::Ternary, 99_999);
        let signs = secret.expose().iter().map(|sign| i64::from(*sign) + 1);
        check(signs, &[1.0 / 3.0; 3]);
    }

    #[test]
    fn narrow_noise_is_a_rounded_gaussian() {
        // Of a deviation of 2 as tables of the normal distribution have it: 0, 1 and −1, and so on.
        let noise = draw().noise(Noise::Gaussian(2.0), 99_999);
        let sizes = noise.expose().iter().map(|noise| noise.abs().min(4));
        let (beyond_half, beyond_one_and_a_half) = (0.802_587, 0.453_255);
        let (beyond_two_and_a_half, beyond_three_and_a_half) = (0.211_300, 0.080_118);
        check(
            sizes,
            &[
                1.0 - beyond_half,
                beyond_half - beyond_one_and_a_half,
                beyond_one_and_a_half - beyond_two_and_a_half,
                beyond_two_and_a_half - beyond_three_and_a_half,
                beyond_three_and_a_half,
            ],
        );
    }

    #[test]
    fn wide_noise_is_even_in_its_low_bits() {
        let deviation = 59f64.exp2();
        let noise = draw().noise(Noise::Gaussian(deviation), 99_999);
        let far = noise.expose().iter().filter(|noise| noise.abs() >> 59 > 0);
        check(far.map(|noise| noise & 0x1f), &[1.0 / 32.0; 32]);
        let squares = noise
            .expose()
            .iter()
            .map(|noise| (*noise as f64 / deviation).powi(2));
        let variance = squares.sum::<f64>() / 99_999.0;
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
    }
}
