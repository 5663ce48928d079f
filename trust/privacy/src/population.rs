//! How many people of a population are alone in their class, estimated from a table of some of them.

use std::collections::BTreeMap;

use serde::Serialize;
use statrs::function::gamma::{digamma, ln_gamma};

use crate::{Classes, PrivacyError};

/// A model of how a population's people fall into classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// Classes of the population are like those of the table (Zayatz 1991).
    Zayatz,
    /// Sizes of classes follow a slide negative binomial distribution (Chen and Keller-McNulty 1998),
    /// and their number is Shlosser's third estimate (Haas and Stokes 1998).
    Snb,
    /// Classes are drawn as in Pitman's model (Hoshino 2001).
    Pitman,
}

/// How many people are alone in their class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Uniques {
    /// People in the population.
    pub population: u64,
    /// By Zayatz.
    pub zayatz: f64,
    /// By the slide negative binomial model; none where no such model fits the table.
    pub snb: Option<f64>,
    /// By Pitman; none where no such model fits the table.
    pub pitman: Option<f64>,
    /// Which of them is believed.
    pub chosen: Estimator,
    /// The share of the population that is alone in its class, by the one that is believed.
    pub share: f64,
}

impl Uniques {
    /// Estimates them.
    ///
    /// Which model is believed is decided as Dankar et al. (BMC Medical Informatics and Decision Making
    /// 2012) do: Pitman's for a table of at most a tenth of the population, and Zayatz's where it
    /// doesn't fit; for a larger table the smaller of the other two.
    ///
    /// # Errors
    ///
    /// [`PrivacyError::PopulationTooSmall`] if the population is smaller than the table.
    pub fn of(classes: &Classes, population: u64) -> Result<Uniques, PrivacyError> {
        let rows = classes.rows();
        if population < rows {
            return Err(PrivacyError::PopulationTooSmall { population, rows });
        }
        let histogram = classes.histogram();
        let sample = Sample::of(&histogram, population);
        let zayatz = sample.zayatz();
        let (snb, pitman) = (sample.snb(), sample.pitman());
        let (chosen, uniques) = if sample.fraction() <= 0.1 {
            pitman.map_or((Estimator::Zayatz, zayatz), |it| (Estimator::Pitman, it))
        } else {
            match snb {
                Some(snb) if snb <= zayatz => (Estimator::Snb, snb),
                _ => (Estimator::Zayatz, zayatz),
            }
        };
        Ok(Uniques {
            population,
            zayatz,
            snb,
            pitman,
            chosen,
            share: uniques / population as f64,
        })
    }
}

/// A table's classes, as estimators see them.
struct Sample<'a> {
    /// How many classes there are of each size.
    histogram: &'a BTreeMap<u64, u64>,
    rows: f64,
    classes: f64,
    population: f64,
}

impl Sample<'_> {
    fn of(histogram: &BTreeMap<u64, u64>, population: u64) -> Sample<'_> {
        let rows: u64 = histogram.iter().map(|(size, classes)| size * classes).sum();
        Sample {
            histogram,
            rows: rows as f64,
            classes: histogram.values().sum::<u64>() as f64,
            population: population as f64,
        }
    }

    fn fraction(&self) -> f64 {
        self.rows / self.population
    }

    fn classes_of(&self, size: u64) -> f64 {
        self.histogram.get(&size).copied().unwrap_or(0) as f64
    }

    fn sum(&self, term: impl Fn(f64) -> f64) -> f64 {
        let terms = self.histogram.iter();
        terms
            .map(|(size, classes)| *classes as f64 * term(*size as f64))
            .sum()
    }

    /// Of classes that leave one row in the table, how many have no other: by Bayes' rule from the
    /// hypergeometric probability that exactly one row of a class is drawn.
    fn zayatz(&self) -> f64 {
        let one_of = |size: u64| {
            let skipped = (1..size).map(|place| {
                let place = place as f64;
                (self.population - self.rows - place + 1.0) / (self.population - place)
            });
            size as f64 * self.fraction() * skipped.product::<f64>().max(0.0)
        };
        let seen_once: f64 = self
            .histogram
            .iter()
            .map(|(size, classes)| *classes as f64 * one_of(*size))
            .sum();
        let alone = self.classes_of(1);
        if alone == 0.0 {
            return 0.0;
        }
        alone * (alone * one_of(1) / seen_once) / self.fraction()
    }

    /// How many classes the population has: Shlosser's third estimate.
    fn classes_of_population(&self) -> f64 {
        let q = self.fraction();
        let unseen = self.sum(|size| (1.0 - q).powf(size));
        let alone = self.sum(|size| size * q * (1.0 - q).powf(size - 1.0));
        let twice = self.sum(|size| size * q * q * (1.0 - q * q).powf(size - 1.0));
        // (1 − q)^size ((1 + q)^size − 1), in the form in which no size is too great.
        let seen = self.sum(|size| (1.0 - q * q).powf(size) - (1.0 - q).powf(size));
        self.classes + self.classes_of(1) * (twice / seen) * (unseen / alone).powi(2)
    }

    fn snb(&self) -> Option<f64> {
        if self.classes_of(1) == 0.0 {
            return Some(0.0);
        }
        let classes = self.classes_of_population();
        let seen = (self.classes_of(1), self.classes_of(2));
        let uniques = slide_negative_binomial(classes, self.fraction(), seen)?;
        (uniques <= self.population).then_some(uniques)
    }

    /// Hoshino's estimate at the greatest likelihood of Pitman's model.
    fn pitman(&self) -> Option<f64> {
        if self.classes_of(1) == 0.0 {
            return Some(0.0);
        }
        if self.classes >= self.rows || self.classes < 2.0 {
            return None;
        }
        let slope = |alpha: f64| self.slope(alpha, self.theta(alpha));
        // Where the best alpha is 0, the model is Ewens's, and expects theta people alone.
        let alpha = if slope(LEAST_ALPHA) > 0.0 {
            bisected(LEAST_ALPHA, 1.0, slope)
        } else {
            0.0
        };
        let theta = self.theta(alpha);
        let log = ln_gamma(theta + 1.0) - ln_gamma(theta + alpha) + alpha * self.population.ln();
        Some(log.exp()).filter(|uniques| *uniques <= self.population)
    }

    /// The best theta for an alpha: where the likelihood no longer grows with it.
    fn theta(&self, alpha: f64) -> f64 {
        let grows = |theta: f64| {
            let drawn = digamma(theta + self.rows) - digamma(theta + 1.0);
            self.steps(alpha, theta) - drawn
        };
        let mut high = self.rows;
        while grows(high) > 0.0 && high < 1e18 {
            high *= 2.0;
        }
        bisected(-alpha, high, grows)
    }

    /// The sum of 1/(theta + i alpha) over all classes but the first.
    fn steps(&self, alpha: f64, theta: f64) -> f64 {
        if alpha == 0.0 {
            return (self.classes - 1.0) / theta;
        }
        let ratio = theta / alpha;
        (digamma(ratio + self.classes) - digamma(ratio + 1.0)) / alpha
    }

    /// How the likelihood grows with alpha.
    fn slope(&self, alpha: f64, theta: f64) -> f64 {
        let steps = (self.classes - 1.0 - theta * self.steps(alpha, theta)) / alpha;
        steps - self.sum(|size| digamma(size - alpha) - digamma(1.0 - alpha))
    }
}

/// Fits a slide negative binomial distribution to how many classes left one row and two in a table of a
/// fraction of the population, and gives how many classes have one member.
///
/// The expectations of both are those of Chen and Keller-McNulty. Their ratio gives α for every β, as
/// the root of a quadratic equation, and what remains is one equation for β.
fn slide_negative_binomial(classes: f64, fraction: f64, (one, two): (f64, f64)) -> Option<f64> {
    if one <= 0.0 || two <= 0.0 {
        return None;
    }
    let ratio = two / one;
    let alpha = |beta: f64| {
        let (q, d) = (1.0 - beta, (1.0 - fraction) * (1.0 - beta));
        let (a, c) = (fraction * q * d, -2.0 * ratio * (1.0 - d).powi(2));
        let b = fraction * q * (2.0 - d) - 2.0 * ratio * d * (1.0 - d);
        // The greater root, in the form that loses no digits.
        let root = (b * b - 4.0 * a * c).sqrt();
        if b > 0.0 {
            -2.0 * c / (b + root)
        } else {
            (root - b) / (2.0 * a)
        }
    };
    let excess = |beta: f64| {
        let (alpha, d) = (alpha(beta), (1.0 - fraction) * (1.0 - beta));
        let stays = (beta / (1.0 - d)).powf(alpha);
        classes * fraction * stays * (1.0 + alpha * d / (1.0 - d)) - one
    };
    let nearly_one = 1.0 - 1e-9;
    if excess(nearly_one) <= 0.0 {
        return None;
    }
    let beta = bisected(0.0, nearly_one, |beta| -excess(beta));
    let uniques = classes * beta.powf(alpha(beta));
    uniques.is_finite().then_some(uniques)
}

/// The least alpha of Pitman's model that is told from 0.
const LEAST_ALPHA: f64 = 1e-6;

/// After so many halvings an interval is short enough, if it is one around 0.
const HALVINGS: u32 = 120;

/// The place between two others where a function goes from above 0 to below; the one of the two that is
/// nearer to it where it doesn't.
fn bisected(mut low: f64, mut high: f64, function: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if function(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_slide_negative_binomial_population_is_found_again() {
        let (classes, fraction, alpha, beta) = (5_000.0, 0.3, 0.7, 0.2f64);
        let d = (1.0 - fraction) * (1.0 - beta);
        let stays = (beta / (1.0 - d)).powf(alpha);
        let one = classes * fraction * stays * (1.0 + alpha * d / (1.0 - d));
        let two = classes * fraction * fraction * alpha * (1.0 - beta) / 2.0 * stays
            / (1.0 - d).powi(2)
            * (2.0 - (1.0 - alpha) * d);
        let found = slide_negative_binomial(classes, fraction, (one, two)).unwrap();
        let truth = classes * beta.powf(alpha);
        assert!((found / truth - 1.0).abs() < 1e-6, "{found} {truth}");
    }

    #[test]
    fn a_whole_population_has_as_many_uniques_as_its_table() {
        let histogram = BTreeMap::from([(1, 7), (2, 3), (9, 1)]);
        let whole = Sample::of(&histogram, 22);
        assert!((whole.zayatz() - 7.0).abs() < 1e-12);
    }

    #[test]
    fn a_function_that_stays_above_is_met_at_its_end() {
        assert!((bisected(0.0, 1.0, |_| 1.0) - 1.0).abs() < 1e-12);
        assert!((bisected(0.0, 4.0, |x| 2.0 - x * x) - 2f64.sqrt()).abs() < 1e-12);
    }
}
