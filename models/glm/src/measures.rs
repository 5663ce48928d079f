//! The measures of a regression, whatever its family.

use serde::{Deserialize, Serialize};

use crate::{Evaluation, Family, GoodnessOfFit, Regression, Scored};

/// Measures of a model on rows with known labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Measures {
    /// Of a logistic regression.
    Classes(Evaluation),
    /// Of a linear, Poisson or gamma regression.
    Numbers(GoodnessOfFit),
}

impl Measures {
    /// Measures rows that lie in one place; nothing if there are none.
    ///
    /// # Security
    ///
    /// As of [`Evaluation::own`].
    pub fn own(regression: &Regression, scored: &[Scored]) -> Option<Measures> {
        match regression.specification().family {
            Family::Logistic => Evaluation::own(scored).map(Measures::Classes),
            Family::Gaussian | Family::Poisson | Family::Gamma => {
                GoodnessOfFit::own(regression, scored).map(Measures::Numbers)
            }
        }
    }

    /// Gives those of a logistic regression.
    pub fn classes(self) -> Option<Evaluation> {
        match self {
            Measures::Classes(measures) => Some(measures),
            Measures::Numbers(_) => None,
        }
    }
}
