//! Noise drawn exactly, by integers alone.
//!
//! Canonne, Kamath and Steinke, *The Discrete Gaussian for Differential Privacy* (NeurIPS 2020),
//! algorithms 1 to 3. Floating point would draw some numbers never and others too often, and so
//! tell what the noise is to hide.

use rand_core::CryptoRng;

/// The variance of discrete Gaussian noise: σ², 1 to 2^54.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variance(u64);

impl Variance {
    /// The largest, for which all numbers on the way have at most 128 bits.
    pub const LARGEST: u64 = 1 << 54;

    /// Takes a variance; none out of range.
    pub const fn new(variance: u64) -> Option<Variance> {
        if variance >= 1 && variance <= Variance::LARGEST {
            Some(Variance(variance))
        } else {
            None
        }
    }

    /// Gives the number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Gives the ρ of zero-concentrated differential privacy that (ε, δ) allow, the largest with
/// ρ + 2√(ρ·ln(1/δ)) ≤ ε.
///
/// Bun and Steinke, *Concentrated Differential Privacy* (TCC 2016), proposition 1.3.
pub fn rho(epsilon: f64, delta: f64) -> f64 {
    let log = -delta.ln();
    // √(log + ε) − √log, without cancellation.
    let root = epsilon / ((log + epsilon).sqrt() + log.sqrt());
    root * root
}

/// Gives the least ε for which ρ-zero-concentrated differential privacy is (ε, δ), by the same proposition. What
/// studies spend adds up as ρ (lemma 2.3 of the same).
pub fn epsilon(rho: f64, delta: f64) -> f64 {
    rho + 2.0 * (rho * -delta.ln()).sqrt()
}

/// Draws `y` with a probability proportional to `exp(-y²/(2σ²))`.
///
/// # Security
///
/// How long it takes depends on what it draws (Jin, McMurtry, Rubinstein and Ohrimenko, IEEE S&P
/// 2022): whoever can time single draws learns something of the noise.
pub fn discrete_gaussian(variance: Variance, rng: &mut impl CryptoRng) -> i64 {
    let variance = u128::from(variance.0);
    let scale = variance.isqrt() + 1;
    let denominator = 2 * variance * scale * scale;
    loop {
        let drawn = discrete_laplace(scale, rng);
        let apart = (u128::from(drawn.unsigned_abs()) * scale).abs_diff(variance);
        // What is so far off that its square has more than 128 bits is never drawn.
        if bernoulli_exp(apart.saturating_mul(apart), denominator, rng) {
            return drawn;
        }
    }
}

/// Draws `y` with a probability proportional to `exp(-|y|/scale)`.
fn discrete_laplace(scale: u128, rng: &mut impl CryptoRng) -> i64 {
    loop {
        let low = below(scale, rng);
        if !bernoulli_exp(low, scale, rng) {
            continue;
        }
        let mut high = 0_u128;
        while bernoulli_exp(1, 1, rng) {
            high += 1;
        }
        let is_negative = below(2, rng) == 1;
        let magnitude = low + scale * high;
        if is_negative && magnitude == 0 {
            continue;
        }
        let magnitude = i64::try_from(magnitude).unwrap_or(i64::MAX);
        return if is_negative { -magnitude } else { magnitude };
    }
}

/// Is true with probability `exp(-numerator/denominator)`.
fn bernoulli_exp(numerator: u128, denominator: u128, rng: &mut impl CryptoRng) -> bool {
    for _ in 0..numerator / denominator {
        if !bernoulli_exp_of_fraction(1, 1, rng) {
            return false;
        }
    }
    bernoulli_exp_of_fraction(numerator % denominator, denominator, rng)
}

/// The same for a fraction of at most 1.
fn bernoulli_exp_of_fraction(numerator: u128, denominator: u128, rng: &mut impl CryptoRng) -> bool {
    let mut turn = 1;
    while below(denominator * turn, rng) < numerator {
        turn += 1;
    }
    turn % 2 == 1
}

/// Draws a number below `bound`, uniformly.
fn below(bound: u128, rng: &mut impl CryptoRng) -> u128 {
    let bits = u128::BITS - (bound - 1).leading_zeros();
    let mask = u128::MAX.checked_shr(u128::BITS - bits).unwrap_or(0);
    loop {
        let low = u128::from(rng.next_u64());
        let high = if bits > 64 { rng.next_u64() } else { 0 };
        let drawn = (u128::from(high) << 64 | low) & mask;
        if drawn < bound {
            return drawn;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;

    /// Pearson's statistic over the cells −8 to 8 and both tails; the seed is fixed. With 18 degrees of
    /// freedom it is above 60 once in half a million times.
    #[test]
    fn frequencies_are_those_of_the_law() {
        const DRAWS: usize = 20_000;
        let mut rng = Seed::from_bytes([3; 32]).generator();
        for variance in [1, 4, 9, 30] {
            let mut seen = [0.0; 19];
            for _ in 0..DRAWS {
                let drawn = discrete_gaussian(Variance::new(variance).unwrap(), &mut rng);
                seen[usize::try_from(drawn.clamp(-9, 9) + 9).unwrap()] += 1.0;
            }
            let weight = |y: i32| (-f64::from(y * y) / (2.0 * variance as f64)).exp();
            let total: f64 = (-100..=100).map(weight).sum();
            let tail: f64 = (9..=100).map(weight).sum();
            let statistic: f64 = (-9..=9)
                .map(|y: i32| if y.abs() == 9 { tail } else { weight(y) })
                .map(|weight| weight / total * DRAWS as f64)
                .zip(seen)
                .filter(|(expected, _)| *expected > 5.0)
                .map(|(expected, seen)| (seen - expected) * (seen - expected) / expected)
                .sum();
            assert!(statistic < 60.0, "{variance}: {statistic}");
        }
    }

    /// Mean and variance within five of their standard deviations.
    #[test]
    fn wide_noise_has_the_variance_declared() {
        const DRAWS: u32 = 10_000;
        let mut rng = Seed::from_bytes([4; 32]).generator();
        for variance in [1 << 20, (1 << 41) + 12_345, Variance::LARGEST] {
            let deviation = (variance as f64).sqrt();
            let law = Variance::new(variance).unwrap();
            let drawn: Vec<f64> = (0..DRAWS)
                .map(|_| discrete_gaussian(law, &mut rng) as f64 / deviation)
                .collect();
            let mean = drawn.iter().sum::<f64>() / f64::from(DRAWS);
            let square = drawn.iter().map(|y| y * y).sum::<f64>() / f64::from(DRAWS);
            let blur = 5.0 / f64::from(DRAWS).sqrt();
            assert!(mean.abs() < blur, "{variance}: {mean}");
            assert!(
                (square - 1.0).abs() < blur * 2_f64.sqrt(),
                "{variance}: {square}"
            );
        }
    }

    #[test]
    fn numbers_below_a_bound_reach_it_and_stay_below() {
        let mut rng = Seed::from_bytes([5; 32]).generator();
        let drawn: Vec<u128> = (0..200).map(|_| below(3, &mut rng)).collect();
        assert_eq!(drawn.iter().max(), Some(&2));
        assert_eq!(below(1, &mut rng), 0);
        let wide = (0..200).map(|_| below((1 << 70) + 1, &mut rng)).max();
        assert!(wide.unwrap() > 1 << 69);
    }

    #[test]
    fn a_variance_out_of_range_is_none() {
        assert_eq!(Variance::new(0), None);
        assert_eq!(Variance::new(Variance::LARGEST + 1), None);
        assert_eq!(Variance::new(7).map(Variance::get), Some(7));
    }
}
