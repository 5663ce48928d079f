//! How sums are scaled to integers, and the noise that a plan may ask for.
//!
//! Discrete Gaussian noise of each contributor (Kairouz, Liu and Steinke, *The Distributed Discrete
//! Gaussian Mechanism for Federated Learning with Secure Aggregation*, ICML 2021), privacy counted as in
//! Bun and Steinke, *Concentrated Differential Privacy* (TCC 2016): ρ gives (ρ + 2√(ρ·ln(1/δ)), δ) by
//! proposition 1.3, and rounds add up by lemma 2.3.

use consilium_base::{
    Seed,
    noise::{Variance, discrete_gaussian, rho},
};

use crate::specification::{BadSpecification, Mode, Specification};

/// The finest scale of exact sums.
const FINEST: u32 = 46;
/// Sums stay below 2^62 without their sign.
const WIDTH: u32 = 62;
/// The standard deviation of each contributor's noise is between 2^20 and 2^21 quanta, if it fits.
const FINENESS: f64 = (1_u64 << 20) as f64;
/// Of fewer quanta, sums of discrete Gaussians are not near enough to one (Kairouz, Liu and Steinke).
const FEWEST_QUANTA: f64 = 4.0;
/// Noise beyond so many standard deviations is drawn once in 10^15 times.
const TAIL: f64 = 8.0;
/// What floating point may add to a row's part of a sum, and more: a row moves the partial sums of all
/// rows after it, each of which is rounded, by about 10^-5 in all at 10^7 rows.
const FLOAT_SLACK: f64 = 1.0 + 1e-4;

/// How the elements of one sum are integers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Of elements that count.
    count: f64,
    /// Of elements that add up reals, each row's at most 1 without its sign.
    real: f64,
    /// Of each contributor's noise, in squared quanta.
    variance: Option<Variance>,
    /// Standard deviation of all contributors' noise at least, in rows.
    deviation: f64,
    /// The most rows there can be.
    most: u64,
}

impl Scale {
    /// Scales a sum of which one row adds to so many elements at most, one of so many sums.
    pub(crate) fn new(
        spec: &Specification,
        touched: usize,
        sums: usize,
    ) -> Result<Scale, BadSpecification> {
        let rows = spec.most_rows_in_all();
        let Mode::Threshold {
            epsilon,
            delta,
            honest,
        } = spec.mode
        else {
            let room = WIDTH - (u64::BITS - rows.leading_zeros());
            return Ok(Scale {
                count: 1.0,
                real: power_of_two(room.min(FINEST)),
                variance: None,
                deviation: 0.0,
                most: rows,
            });
        };
        let rho = rho(epsilon, delta) / sums as f64;
        // Rounding a contributor's sum moves a row's part of it by one quantum more.
        let with_scale = |scale: f64| {
            let part = FLOAT_SLACK + 1.0 / scale;
            let deviation = part * (touched as f64).sqrt() / (2.0 * rho).sqrt();
            (deviation, deviation / (honest as f64).sqrt())
        };
        let mut bits = FINEST;
        while bits > 0 && with_scale(power_of_two(bits)).1 * power_of_two(bits) >= 2.0 * FINENESS {
            bits -= 1;
        }
        let scale = power_of_two(bits);
        let (deviation, each) = with_scale(scale);
        let quanta = each * scale;
        let largest = (rows as f64 + TAIL * each * spec.most_contributors as f64) * scale;
        let variance = (quanta * quanta).ceil();
        let is_fit =
            largest < 2_f64.powi(62) && quanta >= FEWEST_QUANTA && variance < 2_f64.powi(54);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to fit"
        )]
        let variance = is_fit.then_some(variance as u64).and_then(Variance::new);
        Ok(Scale {
            count: scale,
            real: scale,
            variance: Some(variance.ok_or(BadSpecification::Noise)?),
            deviation,
            most: rows,
        })
    }

    /// Makes integers of a contributor's sums, with its noise: the same for the same seed.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "bounded by the rows of a contributor"
    )]
    pub(crate) fn encode(&self, own: &[Element], seed: &Seed) -> Vec<u64> {
        let mut generator = seed.generator();
        let mut noise = || {
            self.variance
                .map_or(0, |variance| discrete_gaussian(variance, &mut generator))
        };
        own.iter()
            .map(|element| {
                let integer = match element {
                    Element::Count(count) => (*count as f64 * self.count) as i64,
                    Element::Real(sum) => (sum * self.real).round() as i64,
                    Element::Word(word) => return *word,
                };
                integer.wrapping_add(noise()).cast_unsigned()
            })
            .collect()
    }

    /// Reads a count: with noise rounded; none below 0, and none above the most rows there can be, whatever
    /// a contributor put in.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and below 2^62"
    )]
    pub(crate) fn count(&self, element: u64) -> u64 {
        let count = (element.cast_signed() as f64 / self.count).round();
        (count.max(0.0) as u64).min(self.most)
    }

    /// Reads a sum of reals.
    pub(crate) fn real(&self, element: u64) -> f64 {
        element.cast_signed() as f64 / self.real
    }

    /// Gives the standard deviation of the noise on each element, in rows; 0 without noise.
    pub(crate) fn deviation(&self) -> f64 {
        self.deviation
    }
}

/// A contributor's part of an element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Element {
    /// Rows.
    Count(u64),
    /// A sum of reals.
    Real(f64),
    /// A number modulo 2^64 that gets no noise.
    Word(u64),
}

fn power_of_two(bits: u32) -> f64 {
    2_f64.powi(bits.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::specification::{Column, Kind};

    fn spec(mode: Mode) -> Specification {
        Specification {
            columns: vec![Column {
                name: "age".into(),
                kind: Kind::Integer { low: 0, high: 120 },
            }],
            label: None,
            periods: Vec::new(),
            quantiles: vec![0.5],
            quantile_error: 0.01,
            correlations: false,
            minimum_cell: 10,
            mode,
            most_rows: 100_000,
            most_contributors: 5,
        }
    }

    #[test]
    fn noise_is_what_the_loss_allows() {
        let (epsilon, delta, honest) = (1.0, 1e-6_f64, 3);
        let mode = Mode::Threshold {
            epsilon,
            delta,
            honest,
        };
        let scale = Scale::new(&spec(mode), 4, 2).unwrap();
        // σ² = Δ²/(2ρ), two sums, Δ² = 4; ρ + 2√(ρ·ln(1/δ)) = ε.
        let rho = 2.0 * 2.0 / (scale.deviation * scale.deviation);
        let spent = rho + 2.0 * (rho * -delta.ln()).sqrt();
        assert!(spent <= epsilon && spent > 0.999 * epsilon, "{spent}");
        let each = scale.variance.unwrap().get() as f64 / (scale.count * scale.count);
        let all = each * honest as f64;
        assert!((all / (scale.deviation * scale.deviation) - 1.0).abs() < 1e-6);
        let own = vec![Element::Count(500); 2_000];
        let noisy = scale.encode(&own, &Seed::from_bytes([1; 32]));
        assert_eq!(noisy, scale.encode(&own, &Seed::from_bytes([1; 32])));
        let read: Vec<f64> = noisy
            .iter()
            .map(|element| scale.real(*element) - 500.0)
            .collect();
        let mean = read.iter().sum::<f64>() / 2_000.0;
        let variance = read.iter().map(|noise| noise * noise).sum::<f64>() / 2_000.0;
        // Five standard deviations of either.
        assert!(mean.abs() < 5.0 * (each / 2_000.0).sqrt(), "{mean}");
        assert!((variance / each - 1.0).abs() < 5.0 * (2.0_f64 / 2_000.0).sqrt());
    }

    #[test]
    fn exact_sums_never_overflow_and_counts_stay_counts() {
        for most_rows in [1, 1_000, 850_000_000] {
            let mut spec = spec(Mode::Exact);
            spec.most_rows = most_rows;
            let scale = Scale::new(&spec, 1, 1).unwrap();
            let most = spec.most_rows_in_all() as f64;
            assert!(most * scale.real <= 2_f64.powi(62));
            let own = [Element::Count(most_rows), Element::Real(most_rows as f64)];
            let encoded = scale.encode(&own, &Seed::from_bytes([1; 32]));
            assert_eq!(scale.count(encoded[0]), most_rows);
            assert!((scale.real(encoded[1]) - most_rows as f64).abs() < 0.5);
        }
    }
}
