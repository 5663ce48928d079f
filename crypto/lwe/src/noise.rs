//! How large the noise of a returned sum is, and what it tells.
//!
//! The page docs/protocols/lwe-sums.md derives these formulas.

use crate::{Packing, Parameters, Ring, ring::Short};

/// The largest residual that opening accepts: 15/16 of half of the scale.
pub(crate) fn residual_limit<R: Ring>(packing: Packing) -> u128 {
    15 << (packing.scale_log2::<R>() - 5)
}

/// How many deviations opening has to accept at least: beyond lies one coefficient in 2^38.
const LEAST_DEVIATIONS: f64 = 7.0;

/// Says whether opening accepts sums over so many rows of all r candidates together.
///
/// Their noise is then above the limit for one returned coefficient in 2^38 at most. Sums that were
/// subtracted count the rows of both.
pub fn leaves_room<R: Ring>(packing: Packing, rows: u64) -> bool {
    let deviation = returned_variance::<R>(packing, rows).sqrt();
    residual_limit::<R>(packing) as f64 >= LEAST_DEVIATIONS * deviation
}

/// The variance of what one row adds to the noise of one coefficient: fresh noise and the bits that
/// a body leaves out.
pub(crate) fn row_variance<R: Ring>() -> f64 {
    R::PARAMETERS.fresh.variance() + rounding(R::PARAMETERS.body_drops)
}

/// The variance of the noise of a returned sum, over so many rows of all r candidates together.
pub(crate) fn returned_variance<R: Ring>(packing: Packing, rows: u64) -> f64 {
    let Parameters {
        mask_drops,
        body_drops,
        ..
    } = R::PARAMETERS;
    let rounding = weight::<R>() * rounding(mask_drops) + rounding(body_drops);
    let flood = packing.flood::<R>().powi(2);
    rows as f64 * row_variance::<R>() + refreshing_variance::<R>() + rounding + flood
}

/// The variance of what re-randomising adds but for the flood.
pub(crate) fn refreshing_variance<R: Ring>() -> f64 {
    let fresh = R::PARAMETERS.fresh.variance();
    weight::<R>() * (row_variance::<R>() + fresh) + fresh
}

/// How many coefficients of a secret are not zero, in the mean.
fn weight<R: Ring>() -> f64 {
    let share = match R::PARAMETERS.secret {
        Short::Binary => 1.0 / 2.0,
        Short::Ternary => 2.0 / 3.0,
    };
    R::PARAMETERS.degree as f64 * share
}

/// The variance of an error uniform over 2^drops integers.
fn rounding(drops: u32) -> f64 {
    (f64::from(2 * drops).exp2() - 1.0) / 12.0
}

/// What the label holder may learn of one patient from the noise, beyond the sums themselves.
///
/// The noise of a returned sum is a Gaussian mechanism on the encryption noise of its rows, which
/// the label holder knows: zero-concentrated differential privacy with this ρ (Bun and Steinke, TCC
/// 2016-B). It adds up over sums.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Leak {
    /// ρ.
    pub rho: f64,
}

impl Leak {
    /// One sum of one number, with a patient in its subset: in the mean over the noise drawn.
    pub fn of_sum<R: Ring>(packing: Packing) -> Leak {
        let spread = f64::from(packing.candidates());
        Leak {
            rho: spread * row_variance::<R>() / (2.0 * packing.flood::<R>().powi(2)),
        }
    }

    /// A study in which a patient may be in the subset of every candidate of every node it passes; g
    /// and h are two sums.
    ///
    /// Counts for sums that are subtracted, too: a patient's noise stays in the sums of a node that it
    /// has left. Level d, from 0, has at most 2d + 1 times the noise of one encryption, so levels count
    /// as their square.
    pub fn of_study<R: Ring>(packing: Packing, trees: u32, levels: u32, candidates: u32) -> Leak {
        let visits = f64::from(trees) * f64::from(levels).powi(2);
        Leak {
            rho: 2.0 * visits * f64::from(candidates) * Leak::of_sum::<R>(packing).rho,
        }
    }

    /// The largest advantage in telling two subsets apart that differ in the patient: total
    /// variation, at most √(ρ/2) by Pinsker's inequality.
    pub fn total_variation(self) -> f64 {
        (self.rho / 2.0).sqrt().min(1.0)
    }

    /// The largest share of right guesses between two such subsets that are as likely: without the
    /// noise a half.
    pub fn right_guesses(self) -> f64 {
        0.5 * (1.0 + self.total_variation())
    }
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "slots are few, and a seed is any byte"
)]
mod tests;
