//! What a contributor adds to a sum: integers of its rows, and noise.

use std::f64::consts::SQRT_2;

use consilium_base::noise::{Variance, discrete_gaussian};
use consilium_secagg::{Encoding, EncodingError, Told};
use rand_core::CryptoRng;

use super::{Noise, is_first};
use crate::{Candidate, Failure, Family, Regression, Table, solve::triangle, training::decode};

/// The standard deviation of each contributor's noise is between 2^20 and 2^21 quanta where the sums'
/// width allows.
const FINENESS: i32 = 20;
/// Of fewer quanta, sums of discrete Gaussians are not near enough to one (Kairouz, Liu and Steinke).
const FEWEST_QUANTA: f64 = 4.0;
/// Noise beyond so many standard deviations is drawn once in 10^15 times.
const TAIL: f64 = 8.0;
/// Sums of so many quanta are exact in a double.
const MOST_QUANTA: f64 = (1_u64 << 52) as f64;
/// What floating point may add to a row's norm, and more.
const FLOAT_SLACK: f64 = 1.0 + 1e-9;

/// Elements of a sum that get noise of one width: the gradient, or the information.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    len: usize,
    /// Size of an integer, a power of two.
    quantum: f64,
    /// Of each contributor's noise, in squared quanta.
    variance: Variance,
    /// The largest absolute value of an element, noise included.
    largest: f64,
}

/// A sum with noise: how it is counted, and how much noise there is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Release {
    clip: f64,
    most_contributors: usize,
    gradient: Part,
    /// The upper triangle row by row, what is off the diagonal times √2: so the vector's norm is the
    /// matrix's.
    information: Option<Part>,
    encoding: Encoding,
}

impl Release {
    /// Plans the sum under a candidate; none where the regression asks for no noise.
    ///
    /// # Errors
    ///
    /// [`EncodingError::TooNarrow`] if the width leaves less than [`FEWEST_QUANTA`] for the noise.
    pub(crate) fn new(
        regression: &Regression,
        candidate: &Candidate,
    ) -> Result<Option<Release>, EncodingError> {
        let spec = regression.specification();
        let Some(noise) = &spec.noise else {
            return Ok(None);
        };
        let order = candidate.coefficients.len();
        let gradient = Part::new(regression, noise, order, noise.clip)?;
        let information = if is_first(candidate) {
            let bound = noise.clip * noise.clip / 4.0;
            Some(Part::new(regression, noise, triangle(order), bound)?)
        } else {
            None
        };
        let mut largest = vec![gradient.largest; order];
        if let Some(part) = &information {
            largest.resize(order + part.len, part.largest);
        }
        Ok(Some(Release {
            clip: noise.clip,
            most_contributors: spec.most_contributors,
            gradient,
            information,
            encoding: Encoding::new(&largest, spec.most_contributors, spec.bits)?,
        }))
    }

    pub(crate) fn encoding(&self) -> &Encoding {
        &self.encoding
    }

    /// Adds up one party's rows, each rounded to whole quanta, and its noise.
    ///
    /// # Security
    ///
    /// Of one row, all integers of a part together have at most the norm that the noise is made for,
    /// whatever the row and the candidate; what is no number counts as 0.
    pub(crate) fn add_up(
        &self,
        table: &Table,
        candidate: &Candidate,
        rng: &mut impl CryptoRng,
    ) -> Told {
        let order = candidate.coefficients.len();
        let mut gradient = vec![0; order];
        let mut information = vec![0; self.information.map_or(0, |part| part.len)];
        let mut row = vec![0.0; order];
        let weight = table.weight().get();
        for (raw, label) in table.iter() {
            candidate.design.standardise(raw, &mut row);
            shorten(&mut row, self.clip);
            let products = row.iter().zip(&candidate.coefficients);
            let predictor = products.map(|(x, b)| x * b).sum();
            let slope = weight * (Family::Logistic.mean(predictor) - label);
            for (total, x) in gradient.iter_mut().zip(&row) {
                *total += self.gradient.whole(slope * x);
            }
            if let Some(part) = &self.information {
                let mut totals = information.iter_mut();
                for (first, x) in row.iter().enumerate() {
                    for (second, y) in row.iter().enumerate().skip(first) {
                        let scale = if first == second { 1.0 } else { SQRT_2 };
                        let total = totals.next().expect("a triangle has as many elements");
                        *total += part.whole(weight * scale * x * y / 4.0);
                    }
                }
            }
        }
        let mut sums = self.gradient.noised(&gradient, rng);
        if let Some(part) = &self.information {
            sums.extend(part.noised(&information, rng));
        }
        Told::whole(sums)
    }

    /// Reads an opened sum: the gradient, and the information as it is kept.
    ///
    /// # Errors
    ///
    /// [`Failure::Implausible`] if no rows can have such sums.
    pub(super) fn read(&self, opened: &[u64]) -> Result<(Vec<f64>, Vec<f64>), Failure> {
        let mut gradient = decode(Ok(self.encoding.clone()), opened)?;
        let mut information = gradient.split_off(self.gradient.len);
        let holds = |part: &Part, sums: &[f64]| {
            let most = part.largest * self.most_contributors as f64;
            let is_whole = |sum: &f64| (sum / part.quantum).fract() == 0.0;
            sums.iter().all(|sum| sum.abs() <= most && is_whole(sum))
        };
        let is_sane = holds(&self.gradient, &gradient)
            && self
                .information
                .is_none_or(|part| holds(&part, &information));
        if !is_sane {
            return Err(Failure::Implausible);
        }
        let mut elements = information.iter_mut();
        for first in 0..self.gradient.len {
            for (place, element) in elements
                .by_ref()
                .take(self.gradient.len - first)
                .enumerate()
            {
                *element /= if place == 0 { 1.0 } else { SQRT_2 };
            }
        }
        Ok((gradient, information))
    }

    /// Gives the standard deviation of the noise that so many contributors add to each element of the
    /// information's diagonal.
    pub(super) fn deviation_of_information(&self, contributors: usize) -> f64 {
        let of = |part: Part| part.deviation() * (contributors as f64).sqrt();
        self.information.map_or(0.0, of)
    }
}

impl Part {
    /// Chooses quantum and noise where one row adds a vector of at most the norm `bound`.
    ///
    /// A row rounded to whole quanta has a norm larger by at most half the root of the length. The sum
    /// of the noise of those who are honest has the variance Δ²/(2ρ) (Canonne, Kamath and Steinke 2020,
    /// for one discrete Gaussian; Kairouz, Liu and Steinke 2021, for their sum).
    fn new(
        regression: &Regression,
        noise: &Noise,
        len: usize,
        bound: f64,
    ) -> Result<Part, EncodingError> {
        let spec = regression.specification();
        // A gradient for each step, and the information once.
        let rho = noise.rho_of_each(spec.steps.unwrap_or(1) + 1);
        let deviation = |norm: f64| norm / (2.0 * rho * noise.honest as f64).sqrt();
        let too_narrow = EncodingError::TooNarrow {
            position: 0,
            contributors: spec.most_contributors,
            bits: spec.bits.get(),
        };
        let bound = FLOAT_SLACK * bound;
        let mut quantum = power_below(deviation(bound)) * 2_f64.powi(-FINENESS);
        while deviation(bound) >= FEWEST_QUANTA * quantum && quantum.is_normal() {
            let blurred = bound / quantum + (len as f64).sqrt() / 2.0;
            let own = deviation(blurred);
            let largest = spec.most_rows as f64 * (bound + quantum) + TAIL * own * quantum;
            let encoding = Encoding::new(&[largest], spec.most_contributors, spec.bits)?;
            let is_fine = encoding.quanta().all(|finest| finest <= quantum);
            if is_fine && largest <= MOST_QUANTA * quantum {
                return Ok(Part {
                    len,
                    quantum,
                    variance: variance(own).ok_or(too_narrow)?,
                    largest,
                });
            }
            quantum *= 2.0;
        }
        Err(too_narrow)
    }

    /// Gives the nearest whole number of quanta.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a row's terms are within the bound, which has fewer than 2^52 quanta"
    )]
    fn whole(&self, value: f64) -> i64 {
        (value / self.quantum).round() as i64
    }

    fn noised(self, totals: &[i64], rng: &mut impl CryptoRng) -> Vec<f64> {
        let noised = totals.iter().map(|total| {
            let drawn = discrete_gaussian(self.variance, rng);
            // Exact below 2^53 quanta; beyond, it is refused by its bound.
            total.saturating_add(drawn) as f64 * self.quantum
        });
        noised.collect()
    }

    /// Of each contributor's noise.
    fn deviation(self) -> f64 {
        (self.variance.get() as f64).sqrt() * self.quantum
    }
}

/// Gives the largest power of two that is not above a positive number.
fn power_below(number: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    f64::from_bits(number.to_bits() & !MANTISSA)
}

/// Rounds a variance up to a whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive, and a number that is too large stays so"
)]
fn variance(deviation: f64) -> Option<Variance> {
    Variance::new((deviation * deviation).ceil() as u64)
}

/// Scales a row down to a norm.
fn shorten(row: &mut [f64], clip: f64) {
    let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
    if norm > clip {
        for x in row {
            *x *= clip / norm;
        }
    }
}

#[cfg(test)]
mod tests;
