//! How far a number lies from its prediction, by the distribution that a model assumes.

/// The distribution by whose deviance numbers are measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Deviance {
    /// Normal, identity link.
    Gaussian,
    /// Poisson, log link: counts.
    Poisson,
    /// Gamma, log link: positive amounts.
    Gamma,
    /// Compound Poisson and gamma, log link: amounts that are often zero.
    Tweedie {
        /// p of the variance μᵖ, between 1 and 2.
        power: f64,
    },
}

impl Deviance {
    /// Gives the unit deviance of a label from a mean: twice what the log-likelihood, at dispersion
    /// one, lacks of that of a mean equal to the label.
    ///
    /// Normal: (y − μ)². Poisson: 2(y·ln(y/μ) − (y − μ)). Gamma: 2((y − μ)/μ − ln(y/μ)). McCullagh
    /// and Nelder, *Generalized Linear Models*, 2nd edition, 2.3. Tweedie:
    /// 2(y²⁻ᵖ/((1−p)(2−p)) − yμ¹⁻ᵖ/(1−p) + μ²⁻ᵖ/(2−p)). Jørgensen, *The Theory of Dispersion
    /// Models*, chapter 4.
    pub fn of(self, label: f64, mean: f64) -> f64 {
        match self {
            Deviance::Gaussian => (label - mean) * (label - mean),
            // y·ln y goes to 0 with y.
            Deviance::Poisson if label == 0.0 => 2.0 * mean,
            Deviance::Poisson => 2.0 * (label * (label / mean).ln() - (label - mean)),
            Deviance::Gamma => 2.0 * ((label - mean) / mean - (label / mean).ln()),
            Deviance::Tweedie { power } => {
                let (over, under) = (power - 1.0, 2.0 - power);
                let of_label = label.powf(under) / (over * under);
                let of_both = label * mean.powf(-over) / over;
                2.0 * (of_both + mean.powf(under) / under - of_label)
            }
        }
    }

    /// Says whether means are positive: the link is then the logarithm.
    pub(crate) fn is_of_amounts(self) -> bool {
        self != Deviance::Gaussian
    }
}
