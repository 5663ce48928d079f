//! Noise on a count: two-sided geometric, drawn exactly.

use rand_core::CryptoRng;

/// A privacy loss, in thousandths: 1 to 1000. With more, the noise is zero in most runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epsilon(u32);

/// A privacy loss out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("epsilon is 0.001 to 1")]
pub struct BadEpsilon;

const THOUSANDTHS: u64 = 1000;

impl Epsilon {
    /// Takes a number of thousandths.
    ///
    /// # Errors
    ///
    /// Unless it is 1 to 1000.
    pub fn thousandths(epsilon: u32) -> Result<Epsilon, BadEpsilon> {
        if (1..=1000).contains(&epsilon) {
            Ok(Epsilon(epsilon))
        } else {
            Err(BadEpsilon)
        }
    }

    /// Gives the number of thousandths.
    pub fn as_thousandths(self) -> u32 {
        self.0
    }
}

/// Draws `y` with a probability proportional to `exp(-epsilon |y|)`.
///
/// Algorithm 2 of Canonne, Kamath and Steinke (NeurIPS 2020) with `t` = 1000 and `s` = epsilon in
/// thousandths: integers only, so that no rounding tells what floating point would.
pub(crate) fn two_sided_geometric(epsilon: Epsilon, rng: &mut impl CryptoRng) -> i64 {
    loop {
        let low = below(THOUSANDTHS, rng);
        if !bernoulli_exp(low, THOUSANDTHS, rng) {
            continue;
        }
        let mut high = 0_u64;
        while bernoulli_exp(1, 1, rng) {
            high += 1;
        }
        let magnitude = (low + THOUSANDTHS * high) / u64::from(epsilon.0);
        let negative = below(2, rng) == 1;
        if negative && magnitude == 0 {
            continue;
        }
        let magnitude = magnitude.cast_signed();
        return if negative { -magnitude } else { magnitude };
    }
}

/// Is true with probability `exp(-numerator / denominator)`, for a fraction of at most 1.
fn bernoulli_exp(numerator: u64, denominator: u64, rng: &mut impl CryptoRng) -> bool {
    let mut turn = 1;
    while below(denominator * turn, rng) < numerator {
        turn += 1;
    }
    turn % 2 == 1
}

/// Draws a number below `bound`, uniformly.
pub(crate) fn below(bound: u64, rng: &mut impl CryptoRng) -> u64 {
    let unfair = bound.wrapping_neg() % bound;
    loop {
        let wide = u128::from(rng.next_u64()) * u128::from(bound);
        #[expect(clippy::cast_possible_truncation, reason = "the halves of a product")]
        let (high, low) = ((wide >> 64) as u64, wide as u64);
        if low >= unfair {
            return high;
        }
    }
}

#[cfg(test)]
mod tests {
    use consilium_base::Seed;
    use rand_core::Rng as _;

    use super::*;

    /// Frequencies of −3 to 3 within five standard deviations of the law; the seed is fixed.
    #[test]
    fn frequencies_are_those_of_the_law() {
        const DRAWS: u32 = 100_000;
        let mut rng = Seed::from_bytes([1; 32]).generator();
        for thousandths in [300, 700, 1000] {
            let epsilon = Epsilon::thousandths(thousandths).unwrap();
            let draws: Vec<i64> = (0..DRAWS)
                .map(|_| two_sided_geometric(epsilon, &mut rng))
                .collect();
            let ratio = (-f64::from(thousandths) / 1000.0).exp();
            for value in -3_i32..=3 {
                let share = (1.0 - ratio) / (1.0 + ratio) * ratio.powi(value.abs());
                let expected = share * f64::from(DRAWS);
                let got = draws
                    .iter()
                    .filter(|&&draw| draw == i64::from(value))
                    .count() as f64;
                let tolerance = 5.0 * (expected * (1.0 - share)).sqrt();
                assert!(
                    (got - expected).abs() < tolerance,
                    "{value}: {got} {expected}"
                );
            }
        }
    }

    #[test]
    fn numbers_below_a_bound_reach_it_and_stay_below() {
        let mut rng = Seed::from_bytes([2; 32]).generator();
        let drawn: Vec<u64> = (0..200).map(|_| below(3, &mut rng)).collect();
        assert_eq!(drawn.iter().max(), Some(&2));
        assert_eq!(drawn.iter().min(), Some(&0));
        assert_eq!(below(1, &mut rng), 0);
        assert_ne!(rng.next_u64(), rng.next_u64());
    }

    #[test]
    fn a_privacy_loss_out_of_range_is_refused() {
        assert_eq!(Epsilon::thousandths(0), Err(BadEpsilon));
        assert_eq!(Epsilon::thousandths(1001), Err(BadEpsilon));
        assert_eq!(Epsilon::thousandths(500).unwrap().as_thousandths(), 500);
    }
}
