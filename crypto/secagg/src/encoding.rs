//! Reals as integers modulo `2^b`, so that no sum can overflow.

use rand_core::CryptoRng;

use crate::Bits;

mod rounding;

use rounding::{CHUNK, Draws};

/// Lowest binary scale an encoding may have: one quantum is at most `2^64`.
pub const LOWEST_SCALE: i32 = -64;

/// Highest binary scale an encoding uses: finer quanta than `2^-512` serve nobody.
pub const HIGHEST_SCALE: i32 = 512;

/// Reads an element of a decoded sum that counts; nothing if no count is near.
pub fn count(decoded: f64) -> Option<u64> {
    let rounded = decoded.round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a whole number that fits"
    )]
    (0.0..=2_f64.powi(52))
        .contains(&rounded)
        .then_some(rounded as u64)
}

/// A reason why reals can't be encoded or sums can't be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodingError {
    /// The declared bound at a position is negative, infinite or not a number.
    #[error("the declared bound at position {position} is no finite number from zero on")]
    BadBound {
        /// Position in the vector.
        position: usize,
    },
    /// The bound is too large for the width, even with the coarsest quantum.
    #[error("{bits} bits can't hold the sum of {contributors} values at position {position}")]
    TooNarrow {
        /// Position in the vector.
        position: usize,
        /// How many values are summed.
        contributors: usize,
        /// Width of an element.
        bits: u8,
    },
    /// There is nobody to sum over, or more than `2^31`.
    #[error("a sum over {contributors} contributors makes no sense")]
    BadContributors {
        /// How many were asked for.
        contributors: usize,
    },
    /// A vector has another length than the encoding.
    #[error("{len} values where the encoding has {expected} positions")]
    WrongLength {
        /// Length given.
        len: usize,
        /// Length of the encoding.
        expected: usize,
    },
    /// A value is infinite or not a number.
    #[error("the value at position {position} is not finite")]
    NotFinite {
        /// Position in the vector.
        position: usize,
    },
    /// A value is beyond what was declared; values are never clipped.
    #[error("the value at position {position} is beyond its declared bound")]
    BeyondBound {
        /// Position in the vector.
        position: usize,
    },
    /// An element of a sum is `2^b` or more.
    #[error("the element at position {position} has more than {bits} bits")]
    TooWide {
        /// Position in the vector.
        position: usize,
        /// Width of an element.
        bits: u8,
    },
}

/// A fixed-point code for vectors that are to be summed modulo `2^b`.
///
/// Position `k` with declared bound `L` has a scale `f`, the greatest integer (at most
/// [`HIGHEST_SCALE`]) for which
///
/// > `n · ⌈L · 2^f⌉ ≤ 2^(b-1) - 1`.
///
/// **Overflow is impossible.** A contributor's integer is `⌊x · 2^f⌋` or `⌈x · 2^f⌉` with
/// `|x| ≤ L`, so its absolute value is at most `⌈L · 2^f⌉`. A sum over at most `n` contributors is
/// at most `n · ⌈L · 2^f⌉ ≤ 2^(b-1) - 1` in absolute value: its two's complement modulo `2^b` is
/// unique. The inequality is checked in exact integers.
///
/// Rounding is stochastic and unbiased: `x · 2^f` is exact, and is rounded up with the probability
/// of its fraction, to within `2^-33`. An integer multiple of the quantum `2^-f` is never changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoding {
    bits: Bits,
    largest: Vec<f64>,
    /// `2^f` for each position.
    scale: Vec<f64>,
}

impl Encoding {
    /// Chooses a scale for each position.
    ///
    /// `largest[k]` is the greatest absolute value that one contributor may put at position `k`;
    /// `contributors` is the most that can be summed.
    ///
    /// # Errors
    ///
    /// A bound is negative or not finite, or `bits` can't hold the sum at scale [`LOWEST_SCALE`].
    pub fn new(
        largest: &[f64],
        contributors: usize,
        bits: Bits,
    ) -> Result<Encoding, EncodingError> {
        let n = u32::try_from(contributors)
            .ok()
            .filter(|&n| n > 0 && n < 1 << 31);
        let n = n.ok_or(EncodingError::BadContributors { contributors })?;
        let mut scale = Vec::with_capacity(largest.len());
        for (position, &bound) in largest.iter().enumerate() {
            if !(bound.is_finite() && bound >= 0.0) {
                return Err(EncodingError::BadBound { position });
            }
            let f = finest_scale(bound, n, bits).ok_or(EncodingError::TooNarrow {
                position,
                contributors,
                bits: bits.get(),
            })?;
            scale.push(power_of_two(f));
        }
        Ok(Encoding {
            bits,
            largest: largest.to_vec(),
            scale,
        })
    }

    /// Rounds `values` to integers modulo `2^b`, in two's complement.
    ///
    /// `rng` gives the key of a keystream, from which 32 bits are taken for each value.
    ///
    /// # Errors
    ///
    /// Names the position of a value that is not finite or beyond its declared bound.
    pub fn encode(
        &self,
        values: &[f64],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u64>, EncodingError> {
        self.check_len(values.len())?;
        let mut encoded = vec![0; values.len()];
        let mut draws = Draws::new(rng);
        for (chunk, out) in encoded.chunks_mut(CHUNK).enumerate() {
            let at = chunk * CHUNK..chunk * CHUNK + out.len();
            let (values, largest) = (&values[at.clone()], &self.largest[at.clone()]);
            if let Some(beyond) = first_beyond(values, largest) {
                return Err(refusal(values[beyond], at.start + beyond));
            }
            rounding::round_all(out, values, &self.scale[at], draws.next(), self.bits);
        }
        Ok(encoded)
    }

    /// Turns a sum of encoded vectors back into reals, to the precision of `f64`.
    ///
    /// # Errors
    ///
    /// The length differs or an element has more than `b` bits.
    pub fn decode(&self, sum: &[u64]) -> Result<Vec<f64>, EncodingError> {
        self.check_len(sum.len())?;
        let mask = self.bits.mask();
        if let Some(position) = sum.iter().position(|&element| element > mask) {
            return Err(EncodingError::TooWide {
                position,
                bits: self.bits.get(),
            });
        }
        let spare = 64 - u32::from(self.bits.get());
        let reals = sum.iter().zip(&self.scale).map(|(&element, &scale)| {
            // An arithmetic shift spreads the sign bit of the b-bit number.
            ((element << spare).cast_signed() >> spare) as f64 / scale
        });
        Ok(reals.collect())
    }

    /// Gives the width of an element.
    pub fn bits(&self) -> Bits {
        self.bits
    }

    /// Gives the number of positions.
    pub fn len(&self) -> usize {
        self.scale.len()
    }

    /// Says whether there are no positions.
    pub fn is_empty(&self) -> bool {
        self.scale.is_empty()
    }

    /// Gives the quantum of each position: one encoded integer moves by less than this.
    pub fn quanta(&self) -> impl Iterator<Item = f64> + '_ {
        self.scale.iter().map(|scale| scale.recip())
    }

    fn check_len(&self, len: usize) -> Result<(), EncodingError> {
        if len == self.len() {
            return Ok(());
        }
        Err(EncodingError::WrongLength {
            len,
            expected: self.len(),
        })
    }
}

/// Gives the greatest scale `f` for which `n · ⌈bound · 2^f⌉` is below `2^(b-1)`.
fn finest_scale(bound: f64, n: u32, bits: Bits) -> Option<i32> {
    let limit = (1_u128 << (bits.get() - 1)) - 1;
    let fits = |f: i32| {
        // Exact while the product is normal; below that its ceiling is 1 in any case.
        let units = (bound * power_of_two(f)).ceil();
        units < 2_f64.powi(64) && u128::from(n) * to_u128(units) <= limit
    };
    // n · ⌈bound · 2^f⌉ < 2^(b-1) can't hold two steps above the scale where the powers of two
    // over n and bound meet 2^(b-1).
    let meets = i32::from(bits.get()) + 1 - n.ilog2().cast_signed() - exponent(bound);
    let top = meets.min(HIGHEST_SCALE);
    (LOWEST_SCALE..=top).rev().take(8).find(|&f| fits(f))
}

/// Gives `⌊log2 x⌋` of a positive normal number, and a lower bound for others.
fn exponent(x: f64) -> i32 {
    let biased = (x.to_bits() >> 52) & 0x7ff;
    i32::try_from(biased).expect("eleven bits") - 1023
}

fn power_of_two(f: i32) -> f64 {
    2_f64.powi(f)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the argument is an integer in 0..2^64"
)]
fn to_u128(units: f64) -> u128 {
    units as u128
}

/// Finds the first value beyond its bound.
fn first_beyond(values: &[f64], largest: &[f64]) -> Option<usize> {
    let beyond = |(x, bound): (&f64, &f64)| x.is_nan() || x.abs() > *bound;
    let pairs = || values.iter().zip(largest);
    // Without a way out of the loop it is done several values at a time.
    let any = pairs().fold(false, |any, pair| any | beyond(pair));
    any.then(|| pairs().position(beyond)).flatten()
}

fn refusal(value: f64, position: usize) -> EncodingError {
    if value.is_finite() {
        EncodingError::BeyondBound { position }
    } else {
        EncodingError::NotFinite { position }
    }
}
