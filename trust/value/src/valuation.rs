//! What is to be valued, as all parties agreed.

use std::collections::BTreeSet;

use consilium_glm::{Candidate, Regression};
use consilium_mailbox::PartyId;
use consilium_secagg::{SumNumber, SumShape};
use serde::{Deserialize, Serialize};

use crate::{FEWEST_ROWS, MOST_DRAWN_PLAYERS, ValueError, sums};

/// The fewest institutions whose rows are valued: a total less the own part is then of three others.
pub const FEWEST_CONTRIBUTORS: usize = 4;

/// Gives how many must contribute where so many may pool what they know with the aggregator: three others' rows
/// are left at least.
pub fn fewest_contributors(colluding: usize) -> usize {
    FEWEST_CONTRIBUTORS.max(colluding.saturating_add(3))
}

/// The fewest that judge: their total less the own part is then of two others.
pub const FEWEST_JUDGES: usize = 3;

/// Gives how many must judge where so many contributors may pool what they know with the aggregator: two
/// others' rows are left at least.
pub fn fewest_judges(colluding: usize) -> usize {
    FEWEST_JUDGES.max(colluding.saturating_add(2))
}

/// How rows are valued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Each at home, from totals that all are told.
    Influence,
    /// That, and by all coalitions, from sums that each shows the aggregator.
    Shapley,
}

impl Method {
    /// Gives the method as a plan writes it.
    pub fn name(self) -> &'static str {
        match self {
            Method::Influence => "influence",
            Method::Shapley => "shapley",
        }
    }
}

/// What is valued: a fit that all know, and who judges it.
#[derive(Clone, Copy, Debug)]
pub struct Valuation<'a> {
    /// The regression.
    pub regression: &'a Regression,
    /// Its fit.
    pub model: &'a Candidate,
    /// Whether the fit is at its optimum, and was not cut short.
    pub has_converged: bool,
    /// Whose rows are valued.
    pub contributors: &'a [PartyId],
    /// Whose rows judge: contributors too.
    pub judges: &'a [PartyId],
    /// How many contributors may pool what they know with the aggregator, as the sum has it.
    pub colluding: usize,
    /// How.
    pub method: Method,
}

impl Valuation<'_> {
    /// Checks that nobody's own sums would be told by a total, and that coalitions can be told apart.
    ///
    /// # Errors
    ///
    /// [`ValueError::TooFewContributors`], [`ValueError::TooManyContributors`], [`ValueError::TooFewJudges`],
    /// [`ValueError::TooFewToShow`].
    pub fn check(&self) -> Result<(), ValueError> {
        let contributors = self.contributors.len();
        let least = fewest_contributors(self.colluding);
        if contributors < least {
            return Err(ValueError::TooFewContributors {
                contributors,
                least,
            });
        }
        if self.method == Method::Shapley && contributors > MOST_DRAWN_PLAYERS {
            return Err(ValueError::TooManyContributors {
                contributors,
                most: MOST_DRAWN_PLAYERS,
            });
        }
        let minimum = self.regression.specification().minimum_count;
        if self.method == Method::Shapley && minimum < FEWEST_ROWS {
            return Err(ValueError::TooFewToShow {
                minimum,
                least: FEWEST_ROWS,
            });
        }
        let among: BTreeSet<&PartyId> = (self.judges.iter())
            .filter(|judge| self.contributors.contains(judge))
            .collect();
        let least = fewest_judges(self.colluding);
        if among.len() < least || among.len() != self.judges.len() {
            return Err(ValueError::TooFewJudges {
                judges: among.len(),
                least,
            });
        }
        Ok(())
    }

    /// Gives the shapes of the two sums: counts, and sums over rows.
    pub(crate) fn shapes(&self, first: SumNumber) -> [SumShape; 2] {
        let len = sums::sums_len(self.model.coefficients.len());
        let bits = self.regression.specification().bits;
        let about = (self.model, self.judges, self.method);
        let second = SumNumber(first.0 + 1);
        [
            SumShape::asking((first, sums::COUNTS, bits), ("value.1.counts", &about)),
            SumShape::asking((second, len, bits), ("value.1.sum", &about)),
        ]
    }

    pub(crate) fn penalty(&self) -> f64 {
        self.regression.specification().penalty
    }
}
