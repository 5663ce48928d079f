//! What the roles tell each other.

use consilium_mailbox::Message;
use consilium_secagg::SumNumber;
use serde::{Deserialize, Serialize};

use super::{Solved, Totals};
use crate::{Candidate, Design, Failure, Published};

/// What the aggregator tells the contributors, the lead among them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Model {
    /// Add up where each column's values lie.
    Moments(SumNumber),
    /// To the lead: fit your own rows, so standardised; `rows` are those of all.
    Begin { design: Design, rows: u64 },
    /// Add up the derivatives of the loss under this model.
    Candidate {
        sum: SumNumber,
        candidate: Candidate,
    },
    /// To the lead: these are the derivatives over all rows.
    Totals(Totals),
    /// The fit is done.
    Fitted(Box<Published>),
    /// There is no fit.
    Failed(Failure),
}

impl Message for Model {
    const STEP: &'static str = "glm-surrogate.1.model";
    const LIMIT: usize = 8 << 20;
}

/// What the lead answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The model of its own rows.
    Estimate(Vec<f64>),
    /// The maximum of the surrogate likelihood.
    Solved(Solved),
    /// Its rows give none.
    None,
}

impl Message for Answer {
    const STEP: &'static str = "glm-surrogate.1.lead";
    const LIMIT: usize = 1 << 20;
}

impl Model {
    /// Gives the candidate that is to be looked at, if one is.
    pub(super) fn candidate(&self) -> Option<Candidate> {
        match self {
            Model::Candidate { candidate, .. } => Some(candidate.clone()),
            _ => None,
        }
    }
}

impl Answer {
    /// Gives the coefficients answered, if any.
    pub(super) fn coefficients(&self) -> Option<&[f64]> {
        match self {
            Answer::Estimate(coefficients) => Some(coefficients),
            Answer::Solved(solved) => Some(&solved.coefficients),
            Answer::None => None,
        }
    }
}
