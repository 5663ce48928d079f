//! The rings that ciphertexts live in, and all that is asked of them.
//!
//! The transforms, which are tfhe-fft's and tfhe-ntt's, stand below this module, behind [`Ring`]: to go
//! without them is to write these functions anew.

#[expect(
    clippy::cast_possible_truncation,
    reason = "of a word only some bits are taken"
)]
mod draw;
mod fourier;
#[expect(
    clippy::cast_possible_truncation,
    reason = "words are residues modulo 2^64, halves are parts of them"
)]
mod native;
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "residues are below their modulus, which fits a word"
)]
mod prime_pair;
#[expect(
    clippy::cast_possible_truncation,
    reason = "residues are below their modulus, which fits a word"
)]
mod primes;
mod short;

use consilium_base::SecretVec;
use serde::{Deserialize, Serialize};

pub(crate) use draw::Draw;
pub use native::Native;
pub use prime_pair::PrimePair;

/// Polynomials that a ciphertext has: a mask, and a body for each of the two numbers of a row.
pub(crate) const PARTS: usize = 3;

mod sealed {
    pub trait Sealed {}
}

/// A set of parameters, as a plan names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Set {
    /// N = 2048, q = 2^64: [`Native`]. Its flood is a quantified leak.
    A,
    /// N = 4096, q ≈ 2^100: [`PrimePair`]. Its flood hides the noise statistically.
    B,
}

impl Set {
    /// Gives its name, as a plan writes it.
    pub fn name(self) -> &'static str {
        match self {
            Set::A => "a",
            Set::B => "b",
        }
    }
}

/// How the coefficients of a secret are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short {
    /// Uniform in {0, 1}.
    Binary,
    /// Uniform in {−1, 0, 1}.
    Ternary,
}

/// How noise is drawn; integers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    /// Uniform in [−2^b, 2^b], the two ends half as likely.
    TUniform(u32),
    /// A Gaussian of this standard deviation, rounded.
    Gaussian(f64),
}

impl Noise {
    /// Its variance.
    pub fn variance(self) -> f64 {
        match self {
            Noise::TUniform(log2) => (f64::from(2 * log2 + 1).exp2() + 1.0) / 6.0,
            Noise::Gaussian(deviation) => deviation * deviation + 1.0 / 12.0,
        }
    }
}

/// What a set of parameters consists of.
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    /// Which set it is.
    pub set: Set,
    /// N, the degree of the ring.
    pub degree: usize,
    /// log2 of the modulus q.
    pub modulus_log2: f64,
    /// How secrets are drawn.
    pub secret: Short,
    /// The noise of fresh ciphertexts.
    pub fresh: Noise,
    /// log2 of the scale Δ that lifts the largest sums above the noise.
    pub scale_log2: u32,
    /// Sums are below 2^this in absolute value.
    pub sum_log2: u32,
    /// The standard deviation of the flood at that scale.
    pub flood: f64,
    /// Low bits that a body leaves out on its way.
    pub body_drops: u32,
    /// Low bits that a returned mask leaves out on its way.
    pub mask_drops: u32,
}

/// How precisely an element is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// As bodies are.
    Body,
    /// As the masks of returned ciphertexts are.
    Mask,
}

/// The ring of polynomials over Z_q modulo X^N + 1, and its arithmetic.
///
/// An element, or some coefficients of one, are words: [`LIMBS`](Ring::LIMBS) for each coefficient,
/// all first limbs before all second ones. Lengths are the caller's business and never a peer's:
/// what is read from bytes is checked before it comes here.
pub trait Ring: sealed::Sealed + Sized + Send + Sync + 'static {
    /// The parameters.
    const PARAMETERS: Parameters;
    /// Words of a coefficient.
    const LIMBS: usize;
    /// Cells of a transformed ciphertext.
    const CELLS: usize;
    /// Cells of a transformed indicator.
    const INDICATOR_CELLS: usize;
    /// A number in the domain of the fast transform.
    type Cell: Copy + Default + Send + Sync;
    /// A short element made ready for exact products.
    type Factor: Send + Sync;
    /// Room in which the fast transforms work.
    type Scratch: Send + Sync;

    /// Prepares tables.
    fn new() -> Self;
    /// Makes room for transforms, to be used again and again.
    fn scratch(&self) -> Self::Scratch;

    /// Expands a seed into a uniform element.
    fn expand(&self, seed: &[u8; 16]) -> Vec<u64>;
    /// Adds coefficients to coefficients.
    fn add(&self, sum: &mut [u64], terms: &[u64]);
    /// Subtracts coefficients from coefficients.
    fn subtract(&self, difference: &mut [u64], terms: &[u64]);
    /// Adds `2^log2 · integer` to each coefficient.
    fn add_scaled(&self, sum: &mut [u64], log2: u32, integers: &[i64]);
    /// Reads coefficients as integers around zero.
    fn centred(&self, words: &[u64]) -> Vec<i128>;

    /// Makes a short element ready for products; its coefficients are −1, 0 or 1.
    fn factor(&self, short: &[i8]) -> Self::Factor;
    /// Makes an element ready for products with short ones.
    fn prepare(&self, element: &[u64]) -> Vec<u64>;
    /// Multiplies a prepared element exactly.
    fn multiply<const K: usize>(
        &self,
        prepared: &[u64],
        factors: [&Self::Factor; K],
    ) -> [Vec<u64>; K];
    /// Gives some coefficients of the exact product with a short element.
    fn coefficients(&self, element: &[u64], short: &[i8], at: &[usize]) -> Vec<u64>;

    /// Transforms a ciphertext.
    fn transform(
        &self,
        parts: [&[u64]; PARTS],
        cells: &mut [Self::Cell],
        scratch: &mut Self::Scratch,
    );
    /// Transforms an indicator; its coefficients are −1, 0 or 1.
    fn transform_indicator(
        &self,
        indicator: &[i8],
        cells: &mut [Self::Cell],
        scratch: &mut Self::Scratch,
    );
    /// Adds the products of ciphertexts, one after the other, with as many indicators.
    fn accumulate(&self, sums: &mut [Self::Cell], blocks: &[Self::Cell], indicators: &[Self::Cell]);
    /// Transforms sums back, exactly.
    fn restore(&self, sums: &[Self::Cell], scratch: &mut Self::Scratch) -> [Vec<u64>; PARTS];

    /// Bytes of a coefficient.
    fn width(precision: Precision) -> usize;
    /// Writes coefficients, rounded to what the precision keeps.
    fn write(&self, precision: Precision, words: &[u64], bytes: &mut Vec<u8>);
    /// Reads coefficients; `None` where one is not below the modulus or bytes are left over.
    fn read(&self, precision: Precision, bytes: &[u8]) -> Option<Vec<u64>>;
}

/// Draws a secret of the ring.
pub(crate) fn draw_short<R: Ring>(draw: &mut Draw) -> SecretVec<i8> {
    draw.short(R::PARAMETERS.secret, R::PARAMETERS.degree)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An indicator of both signs, about half of it not zero.
    fn indicator<R: Ring>(salt: usize) -> Vec<i8> {
        let degree = R::PARAMETERS.degree;
        let coefficient = |at: usize| match (at * 7919 + salt * 104_729) >> 4 & 3 {
            0 => 1,
            1 => -1,
            _ => 0,
        };
        (0..degree).map(coefficient).collect()
    }

    /// The fast transforms against plain integer sums.
    fn accumulated_products_are_exact<R: Ring>(blocks: usize) {
        let ring = R::new();
        let mut scratch = ring.scratch();
        let places: Vec<usize> = (0..R::PARAMETERS.degree).step_by(37).collect();
        let mut sums = vec![R::Cell::default(); R::CELLS];
        let mut cells = vec![R::Cell::default(); R::CELLS];
        let mut factor = vec![R::Cell::default(); R::INDICATOR_CELLS];
        let mut expected = [(); PARTS].map(|()| vec![0; R::LIMBS * places.len()]);
        for block in 0..blocks {
            let mut seed = [0; 16];
            seed[..8].copy_from_slice(&(block as u64).to_le_bytes());
            let parts = [0, 1, 2].map(|part| {
                seed[15] = part;
                ring.expand(&seed)
            });
            let indicator = indicator::<R>(block);
            let parts = parts.each_ref().map(Vec::as_slice);
            ring.transform(parts, &mut cells, &mut scratch);
            ring.transform_indicator(&indicator, &mut factor, &mut scratch);
            ring.accumulate(&mut sums, &cells, &factor);
            for (expected, part) in expected.iter_mut().zip(parts) {
                ring.add(expected, &ring.coefficients(part, &indicator, &places));
            }
        }
        for (expected, restored) in expected.iter().zip(ring.restore(&sums, &mut scratch)) {
            let got = crate::sums::select::<R>(&restored, &places);
            assert!(*expected == got, "the transforms lost a bit");
        }
    }

    /// The exact product against one coefficient after the other.
    fn products_are_those_of_the_school_book<R: Ring>() {
        let ring = R::new();
        let element = ring.expand(&[3; 16]);
        let shorts = [1, 2].map(|salt| match R::PARAMETERS.secret {
            Short::Binary => indicator::<R>(salt).iter().map(|c| c & 1).collect(),
            Short::Ternary => indicator::<R>(salt),
        });
        let factors = [0, 1].map(|key: usize| ring.factor(&shorts[key]));
        let products = ring.multiply(&ring.prepare(&element), [&factors[0], &factors[1]]);
        let all: Vec<usize> = (0..R::PARAMETERS.degree).collect();
        for (product, short) in products.iter().zip(&shorts) {
            assert!(*product == ring.coefficients(&element, short, &all));
        }
        let mut naive = vec![0i128; R::PARAMETERS.degree];
        let centred = ring.centred(&element);
        for (i, &c) in shorts[0].iter().enumerate() {
            for (k, &a) in centred.iter().enumerate().take(64) {
                let (at, sign) = if i + k < naive.len() {
                    (i + k, 1)
                } else {
                    (i + k - naive.len(), -1)
                };
                naive[at] += a * i128::from(c) * sign;
            }
        }
        let mut low = element.clone();
        for limb in low.chunks_exact_mut(R::PARAMETERS.degree) {
            limb[64..].fill(0);
        }
        let [product] = ring.multiply(&ring.prepare(&low), [&factors[0]]);
        let modulus = match R::PARAMETERS.set {
            Set::A => 1 << 64,
            Set::B => primes::PRODUCT.cast_signed(),
        };
        for (got, naive) in ring.centred(&product).into_iter().zip(naive) {
            assert_eq!((got - naive).rem_euclid(modulus), 0);
        }
    }

    #[test]
    fn a_million_rows_add_up_exactly() {
        accumulated_products_are_exact::<Native>(512);
        accumulated_products_are_exact::<PrimePair>(16);
    }

    #[test]
    fn products_with_secrets_are_exact() {
        products_are_those_of_the_school_book::<Native>();
        products_are_those_of_the_school_book::<PrimePair>();
    }

    #[test]
    fn what_is_written_is_read_again_to_the_precision() {
        fn check<R: Ring>(precision: Precision, drops: u32) {
            let ring = R::new();
            let element = ring.expand(&[5; 16]);
            let mut bytes = Vec::new();
            ring.write(precision, &element, &mut bytes);
            assert_eq!(bytes.len(), R::PARAMETERS.degree * R::width(precision));
            let mut read = ring.read(precision, &bytes).unwrap();
            ring.subtract(&mut read, &element);
            let most = (1i128 << drops) / 2;
            assert!(ring.centred(&read).iter().all(|error| error.abs() <= most));
        }
        check::<Native>(Precision::Body, Native::PARAMETERS.body_drops);
        check::<Native>(Precision::Mask, Native::PARAMETERS.mask_drops);
        check::<PrimePair>(Precision::Body, 0);
        check::<PrimePair>(Precision::Mask, 0);
    }
}
