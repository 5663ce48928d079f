//! Why rows are not measured.

use consilium_mailbox::{Fault, MailboxError, PartyId};
use consilium_secagg::{EncodingError, SumError};
use serde::{Deserialize, Serialize};

/// Why the sums of all parties give no measures.
///
/// The aggregator finds it and tells the contributors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Failure {
    /// Measures of so few rows would tell of single ones.
    #[error(
        "all parties together have fewer than {minimum} rows to be evaluated on \
         (where classes are predicted, of one of the labels)"
    )]
    TooFewToEvaluate {
        /// The least count.
        minimum: u64,
    },
    /// An opened sum is one that no rows can have: a party sent nonsense.
    #[error("a sum is none that rows can have: a contributor's part of it is wrong")]
    Implausible,
}

impl Failure {
    /// Says whose fault it is: of the data and the plan, whoever brought them.
    ///
    /// A sum hides who sent nonsense, so even then no peer is blamed.
    pub fn fault(&self) -> Fault {
        Fault::Input
    }
}

/// Why an evaluation over all parties ended without a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// A message did not come, or came wrong.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// A sum was not opened.
    #[error(transparent)]
    Sum(#[from] SumError),
    /// The data allow no measures.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// Own sums can't be encoded, or opened ones not decoded.
    #[error("a sum does not fit its declared bounds")]
    Encoding(#[from] EncodingError),
    /// The aggregator tells what no evaluation of these labels gives.
    #[error("{aggregator} sent counts or measures that these rows can't have")]
    BadAnswer {
        /// The aggregator.
        aggregator: PartyId,
    },
    /// An institution's own measures are none.
    #[error("{party} sent measures that no rows can have")]
    BadMeasures {
        /// Who sent them.
        party: PartyId,
    },
}

impl EvaluationError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            EvaluationError::Mailbox(error) => error.fault(),
            EvaluationError::Sum(error) => error.fault(),
            EvaluationError::Failed(failure) => failure.fault(),
            EvaluationError::Encoding(_) => Fault::Input,
            EvaluationError::BadAnswer { aggregator } => Fault::Peer(aggregator.clone()),
            EvaluationError::BadMeasures { party } => Fault::Peer(party.clone()),
        }
    }
}
