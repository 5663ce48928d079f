//! Counts with noise: how they are integers.
//!
//! Discrete Gaussian noise of each contributor (Kairouz, Liu and Steinke, *The Distributed Discrete
//! Gaussian Mechanism for Federated Learning with Secure Aggregation*, ICML 2021), privacy counted as in
//! Bun and Steinke, *Concentrated Differential Privacy* (TCC 2016).

use consilium_base::{
    Seed,
    noise::{Variance, discrete_gaussian, rho},
};

use crate::specification::{BadSpecification, Specification};

/// A row counts 2^20 quanta, or fewer if noise leaves no more room.
const FINEST: i32 = 20;
/// Of fewer quanta, sums of discrete Gaussians are not near enough to one (Kairouz, Liu and Steinke).
const FEWEST_QUANTA: f64 = 4.0;
/// Noise beyond so many standard deviations is drawn once in 10^15 times.
const TAIL: f64 = 8.0;

/// How counts become integers, and the noise of each contributor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Quanta of one row.
    quanta: f64,
    /// Of each contributor's noise, in squared quanta.
    variance: Variance,
}

impl Scale {
    /// Scales tables in which one row adds 1 to so many elements.
    pub(crate) fn new(spec: &Specification, touched: usize) -> Result<Scale, BadSpecification> {
        let rho = rho(spec.noise.epsilon, spec.noise.delta);
        // One row moves the sums by √touched (Bun and Steinke, proposition 1.6).
        let each = (touched as f64 / (2.0 * rho) / spec.noise.honest as f64).sqrt();
        let rows = spec.most_rows as f64 * spec.most_contributors as f64;
        let largest = rows + TAIL * each * spec.most_contributors as f64;
        let fits = |quanta: &f64| {
            let variance = (each * quanta).powi(2).ceil();
            variance <= Variance::LARGEST as f64 && largest * quanta < 2_f64.powi(62)
        };
        let quanta = (0..=FINEST).rev().map(|bits| 2_f64.powi(bits)).find(fits);
        let quanta = quanta.filter(|quanta| each * quanta >= FEWEST_QUANTA);
        let quanta = quanta.ok_or(BadSpecification::Noise)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to fit"
        )]
        let variance = Variance::new((each * quanta).powi(2).ceil() as u64);
        let variance = variance.ok_or(BadSpecification::Noise)?;
        Ok(Scale { quanta, variance })
    }

    /// Makes integers of a contributor's counts, with its noise: the same for the same seed.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a power of two up to 2^20"
    )]
    pub(crate) fn encode(&self, counts: &[u64], seed: &Seed) -> Vec<u64> {
        let mut generator = seed.generator();
        let quanta = self.quanta as u64;
        counts
            .iter()
            .map(|count| {
                let noise = discrete_gaussian(self.variance, &mut generator);
                count
                    .wrapping_mul(quanta)
                    .wrapping_add(noise.cast_unsigned())
            })
            .collect()
    }

    /// Reads a noisy count, which may be negative.
    pub(crate) fn decode(&self, element: u64) -> f64 {
        element.cast_signed() as f64 / self.quanta
    }

    /// Gives the standard deviation of the noise of so many contributors together, in rows.
    pub(crate) fn deviation(&self, contributors: usize) -> f64 {
        (self.variance.get() as f64 * contributors as f64).sqrt() / self.quanta
    }
}
