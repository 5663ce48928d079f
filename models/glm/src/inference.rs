//! Tail probabilities of estimates.

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

/// The distribution of a coefficient in units of its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reference {
    /// Where the dispersion is known.
    Normal,
    /// Where it was estimated with that many degrees of freedom.
    Student(f64),
}

impl Reference {
    /// Gives the probability of at least that far from zero on either side.
    pub(crate) fn two_sided(self, statistic: f64) -> f64 {
        let distance = statistic.abs();
        match self {
            Reference::Normal => 2.0 * Normal::standard().sf(distance),
            Reference::Student(freedom) => {
                StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |t| 2.0 * t.sf(distance))
            }
        }
    }

    /// Gives the distance from zero within which 95 % lie.
    pub(crate) fn half_interval(self) -> f64 {
        match self {
            Reference::Normal => Normal::standard().inverse_cdf(0.975),
            Reference::Student(freedom) => {
                StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |t| upper_quantile(&t))
            }
        }
    }
}

/// Gives the distance above which 2.5 % lie.
fn upper_quantile(t: &StudentsT) -> f64 {
    let mut distance = t.inverse_cdf(0.975);
    // What the inverse gives has five digits; each of Newton's steps doubles them.
    for _ in 0..2 {
        distance += (t.sf(distance) - 0.025) / t.pdf(distance);
    }
    distance
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Reference;

    fn reference(case: &Value) -> Reference {
        case["freedom"]
            .as_f64()
            .map_or(Reference::Normal, Reference::Student)
    }

    #[test]
    fn tails_and_quantiles_are_scipy_s() {
        let vectors: Value = serde_json::from_str(include_str!("../vectors/tails.json")).unwrap();
        for case in vectors["tails"].as_array().unwrap() {
            let tail = reference(case).two_sided(case["z"].as_f64().unwrap());
            assert!(
                (tail / case["p"].as_f64().unwrap() - 1.0).abs() < 1e-9,
                "{case}: {tail:e}"
            );
        }
        for case in vectors["quantiles"].as_array().unwrap() {
            let distance = reference(case).half_interval();
            let expected = case["z"].as_f64().unwrap();
            assert!(
                (distance / expected - 1.0).abs() < 1e-9,
                "{case}: {distance}"
            );
        }
    }
}
