//! What can go wrong when rows are valued.

use consilium_mailbox::{Fault, MailboxError, PartyId};
use consilium_secagg::{EncodingError, SumError};
use serde::{Deserialize, Serialize};

use crate::FEWEST_ROWS;

/// Why rows are not valued: the aggregator finds it in the sums of all and tells the contributors, or a contributor
/// in its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Failure {
    /// A row's prediction lies beyond what a likelihood is computed for.
    #[error("the model's predictions for some rows run to extremes")]
    Beyond,
    /// So few institutions' rows can judge that their sums would tell too much of one.
    #[error(
        "too few of the institutions that are to judge have enough rows: ten of either label, twenty where numbers are predicted, or by the plan's smallest cell if that is more"
    )]
    TooFewJudged,
    /// The sums are not those of rows that the model was fitted to.
    #[error(
        "the sums are not those of the fit: a contributor's part of them is wrong, or its rows have changed"
    )]
    Implausible,
    /// What institutions showed of their own does not add up to what was opened.
    #[error(
        "the institutions' own sums don't add up to those of the fit: one of them shows others than it added"
    )]
    DoesNotAddUp,
    /// There are no rows, or none but these.
    #[error("rows are valued against those of others, and there are none")]
    Alone,
    /// The rows determine nothing.
    #[error("the rows don't determine a step, even with a penalty")]
    Undetermined,
}

impl From<Failure> for consilium_glm::Failure {
    fn from(failure: Failure) -> consilium_glm::Failure {
        match failure {
            // Curvature is lost where fitted means run to extremes.
            Failure::Beyond | Failure::Undetermined => consilium_glm::Failure::BeyondCaps,
            Failure::TooFewJudged => consilium_glm::Failure::TooFewToEvaluate {
                minimum: FEWEST_ROWS,
            },
            Failure::Alone => consilium_glm::Failure::TooFewRows { rows: 0, needed: 1 },
            Failure::Implausible | Failure::DoesNotAddUp => consilium_glm::Failure::Implausible,
        }
    }
}

/// Why values were not told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// A message did not come, or came wrong.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// A sum was not opened.
    #[error(transparent)]
    Sum(#[from] SumError),
    /// The sums, or the own rows, give no values.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// Own sums can't be encoded.
    #[error("a sum does not fit its declared bounds")]
    Encoding(#[from] EncodingError),
    /// A total less the own part would be one other's.
    #[error("{contributors} institutions are too few to value rows by: {least} are needed")]
    TooFewContributors {
        /// How many there are.
        contributors: usize,
        /// How many there must be.
        least: usize,
    },
    /// There are more than coalitions are made of.
    #[error("{contributors} institutions are too many for coalitions of them: {most} at most")]
    TooManyContributors {
        /// How many there are.
        contributors: usize,
        /// How many there may be.
        most: usize,
    },
    /// A judge's rows would be told by another's.
    #[error(
        "{judges} institutions among the contributors are to judge: {least} are needed, each once"
    )]
    TooFewJudges {
        /// How many there are.
        judges: usize,
        /// How many there must be.
        least: usize,
    },
    /// Own sums would be shown whatever few rows they are of.
    #[error(
        "own sums are shown of cells of {minimum} rows: for coalitions the smallest is {least}"
    )]
    TooFewToShow {
        /// The smallest cell.
        minimum: u64,
        /// The smallest that it may be.
        least: u64,
    },
    /// Somebody is not in the sum.
    #[error("{party} is not in the sum by which rows are valued")]
    Incomplete {
        /// Who.
        party: PartyId,
    },
    /// The aggregator tells what no sums of these rows give.
    #[error("{aggregator} sent totals or values that no rows can have")]
    BadAnswer {
        /// The aggregator.
        aggregator: PartyId,
    },
    /// A contributor's own sums are none.
    #[error("{party} sent sums that no rows can have")]
    BadPart {
        /// Who sent them.
        party: PartyId,
    },
    /// Four fifths of the rows allow no fit.
    #[error("the declared regression can't be fitted to a part of the rows")]
    NoFit,
    /// Two models' scores are not of the same rows.
    #[error("the scores with and without the columns are not of the same rows")]
    OtherRows,
}

impl ValueError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            ValueError::Mailbox(error) => error.fault(),
            ValueError::Sum(error) => error.fault(),
            ValueError::BadAnswer { aggregator } => Fault::Peer(aggregator.clone()),
            ValueError::BadPart { party } => Fault::Peer(party.clone()),
            ValueError::Incomplete { .. } => Fault::Network,
            // A sum hides who sent nonsense.
            ValueError::Failed(_)
            | ValueError::Encoding(_)
            | ValueError::TooFewContributors { .. }
            | ValueError::TooManyContributors { .. }
            | ValueError::TooFewJudges { .. }
            | ValueError::TooFewToShow { .. }
            | ValueError::NoFit
            | ValueError::OtherRows => Fault::Input,
        }
    }
}
