//! How far counts of cells lie from a reference.

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

use crate::tally::{BUCKETS, Count};

/// Below it a population is commonly held to be stable, and from [`MAJOR`] on to have shifted
/// (Siddiqi, Credit Risk Scorecards, 2006; Yurdakul and Naranjo, Journal of Risk Model Validation 14, 2020).
const MINOR: f64 = 0.1;
const MAJOR: f64 = 0.25;

/// What counts of cells say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    /// The population stability index.
    pub(crate) index: f64,
    /// What it must exceed to be no chance of few rows, and at least 0.1.
    pub(crate) stable: f64,
    /// What is major.
    pub(crate) major: f64,
    /// The share of rows that count as failed.
    pub(crate) failed: f64,
}

/// Holds counts against shares; none where nothing was counted.
///
/// A share of none counts as half a row. n times the index of n rows against known shares of k cells is about
/// χ² with k − 1 degrees of freedom where nothing has shifted (Yurdakul and Naranjo 2020), so an index below
/// that distribution's 95 % quantile over n says nothing. Failed is the share of rows that would have to be
/// elsewhere, 1 − Σ min(found, expected), from the major index on; between, part of it (the ramp is ours).
pub(crate) fn fit(counts: &[f64], expected: &[f64]) -> Option<Fit> {
    let rows: f64 = counts.iter().sum();
    if rows <= 0.0 {
        return None;
    }
    let least = 0.5 / rows;
    let (mut index, mut common) = (0.0, 0.0);
    for (count, expected) in counts.iter().zip(expected) {
        let found = count / rows;
        common += found.min(*expected);
        let (found, expected) = (found.max(least), expected.max(least));
        index += (found - expected) * (found / expected).ln();
    }
    let stable = MINOR.max(chi_squared(counts.len().saturating_sub(1)) / rows);
    let major = stable + (MAJOR - MINOR);
    let part = ((index - stable) / (major - stable)).clamp(0.0, 1.0);
    Some(Fit {
        index,
        stable,
        major,
        failed: part * (1.0 - common).clamp(0.0, 1.0),
    })
}

/// The 95 % quantile of χ²; 0 without degrees of freedom.
fn chi_squared(degrees: usize) -> f64 {
    ChiSquared::new(degrees as f64).map_or(0.0, |chi_squared| chi_squared.inverse_cdf(0.95))
}

/// Counts of cells by bucket.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cells {
    /// For each cell, how many rows of each bucket lie in it.
    counts: Vec<[u64; BUCKETS]>,
    expected: Vec<f64>,
}

impl Cells {
    /// From what was counted of the condition of each cell.
    pub(crate) fn new(cells: &[Box<[Count; BUCKETS]>], expected: Vec<f64>) -> Self {
        let counts = cells.iter().map(|cell| cell.map(|count| count.passed));
        Self {
            counts: counts.collect(),
            expected,
        }
    }

    /// How many rows lie in each cell, each bucket counted so many times.
    pub(crate) fn drawn(&self, times: &[u32; BUCKETS]) -> Vec<f64> {
        let of = |cell: &[u64; BUCKETS]| -> f64 {
            let drawn = times.iter().zip(cell);
            drawn
                .map(|(times, count)| f64::from(*times) * *count as f64)
                .sum()
        };
        self.counts.iter().map(of).collect()
    }

    /// How many rows lie in each cell.
    pub(crate) fn all(&self) -> Vec<f64> {
        self.drawn(&[1; BUCKETS])
    }

    /// Where they all lie.
    pub(crate) fn whole(&self) -> Option<Fit> {
        self.fit(&[1; BUCKETS])
    }

    /// The shares that a reference has.
    pub(crate) fn expected(&self) -> &[f64] {
        &self.expected
    }

    /// Where so many rows of each bucket lie.
    pub(crate) fn fit(&self, times: &[u32; BUCKETS]) -> Option<Fit> {
        fit(&self.drawn(times), &self.expected)
    }

    /// The cell that has most rows too many.
    pub(crate) fn fullest(&self) -> Option<usize> {
        let all = self.all();
        let rows: f64 = all.iter().sum();
        let over = all.iter().zip(&self.expected);
        let over = over.map(|(count, expected)| count - expected * rows);
        let most = over.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
        most.map(|(cell, _)| cell)
    }

    /// What was checked and, to a whole row, what of it has passed.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no more than rows, which are a whole number of at least 0"
    )]
    pub(crate) fn sum(&self) -> Count {
        let checked = self.counts.iter().flatten().sum();
        let failed = self.whole().map_or(0.0, |fit| fit.failed);
        let failed = (failed * checked as f64).ceil() as u64;
        Count {
            checked,
            passed: checked - failed.min(checked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_that_of_a_calculation_by_hand() {
        // (0.7 − 0.5)·ln(0.7/0.5) + (0.3 − 0.5)·ln(0.3/0.5)
        let fit = fit(&[7000.0, 3000.0], &[0.5, 0.5]).unwrap();
        let by_hand = 0.2 * 1.4_f64.ln() - 0.2 * 0.6_f64.ln();
        assert!((fit.index - by_hand).abs() < 1e-12, "{fit:?}");
        // Between 0.1 and 0.25 a part of the fifth that lies wrong counts.
        let part = (by_hand - 0.1) / 0.15;
        assert!((fit.failed - 0.2 * part).abs() < 1e-12, "{fit:?}");
    }

    #[test]
    fn what_lies_as_the_reference_or_nearly_so_has_not_failed() {
        let even = fit(&[250.0, 250.0, 250.0, 250.0], &[0.25; 4]).unwrap();
        assert_eq!((even.index, even.failed), (0.0, 0.0));
        let near = fit(&[300.0, 200.0, 250.0, 250.0], &[0.25; 4]).unwrap();
        assert!(near.index > 0.0 && near.failed == 0.0, "{near:?}");
    }

    #[test]
    fn few_rows_are_not_held_to_lie_elsewhere() {
        let (counts, expected) = ([4.0, 1.0, 1.0, 2.0], [0.25; 4]);
        let few = fit(&counts, &expected).unwrap();
        assert!(few.index > 0.1 && few.failed == 0.0, "{few:?}");
        let many = fit(&counts.map(|it| 100.0 * it), &expected).unwrap();
        assert!(many.failed > 0.1, "{many:?}");
    }

    #[test]
    fn from_the_major_index_on_all_that_lies_elsewhere_has_failed() {
        let fit = fit(&[900.0, 100.0], &[0.5, 0.5]).unwrap();
        assert!(fit.index > fit.major);
        assert!((fit.failed - 0.4).abs() < 1e-12, "{fit:?}");
        assert!(fit_of_nothing().is_none());
    }

    fn fit_of_nothing() -> Option<Fit> {
        fit(&[0.0, 0.0], &[0.5, 0.5])
    }

    #[test]
    fn quantiles_are_those_of_tables() {
        // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4.
        for (degrees, quantile) in [(1, 3.841), (4, 9.488), (9, 16.919), (30, 43.773)] {
            let close = chi_squared(degrees);
            assert!((close / quantile - 1.0).abs() < 1e-3, "{degrees}: {close}");
        }
    }
}
