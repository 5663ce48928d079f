//! What can go wrong where parties fit together.

use consilium_mailbox::{Fault, MailboxError, PartyId};
use consilium_secagg::SumError;
use serde::{Deserialize, Serialize};

/// Why the sums of all parties give no model.
///
/// The aggregator finds it and tells the contributors; it holds no count but that of trees.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NoModel {
    /// There are no rows to train on.
    #[error("all parties together have no rows to train on")]
    NoRows,
    /// No row was drawn to be held out, so that early stopping has no loss to go by.
    #[error("the share of rows for early stopping holds out none of them")]
    NothingHeldOut,
    /// Losses, gradients or leaves grew beyond what sums and margins can hold.
    #[error(
        "the gradients of tree {tree} run to extremes, as labels far from all others make them"
    )]
    Diverged {
        /// The tree, counted from 0.
        tree: u32,
    },
    /// More sums were opened than a fit takes.
    #[error("the set of institutions changed too often: {sums} sums were opened")]
    TooManySums {
        /// How many.
        sums: u32,
    },
    /// An opened sum is one that no rows can have: a party sent nonsense.
    #[error("a sum is none that rows can have: a contributor's part of it is wrong")]
    Implausible,
}

impl NoModel {
    /// Says whose fault it is: of the data and the plan, whoever brought them.
    ///
    /// A sum hides who sent nonsense, so even then no peer is blamed.
    pub fn fault(&self) -> Fault {
        Fault::Input
    }
}

/// Why a fit over all parties ended without a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HorizontalError {
    /// A message did not come, or came wrong.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// A sum was not opened.
    #[error(transparent)]
    Sum(#[from] SumError),
    /// The data allow no model.
    #[error(transparent)]
    Failed(#[from] NoModel),
    /// This party's rows are none of those agreed on.
    #[error("the rows are none of those agreed on: other columns or values, or too many")]
    BadRows,
    /// The aggregator asks or tells what no fit of this agreement does.
    #[error("{aggregator} asks for what no fit of these trees asks")]
    BadModel {
        /// The aggregator.
        aggregator: PartyId,
    },
    /// The aggregator asks for more sums than a fit takes.
    #[error("{aggregator} asks for more sums than a fit takes")]
    TooManySums {
        /// The aggregator.
        aggregator: PartyId,
    },
    /// This party's rows are no longer in the sums.
    #[error("{aggregator} goes on without this party")]
    LeftOut {
        /// The aggregator.
        aggregator: PartyId,
    },
}

impl HorizontalError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            HorizontalError::Mailbox(error) => error.fault(),
            HorizontalError::Sum(error) => error.fault(),
            HorizontalError::Failed(failure) => failure.fault(),
            HorizontalError::BadRows => Fault::Input,
            HorizontalError::BadModel { aggregator }
            | HorizontalError::TooManySums { aggregator } => Fault::Peer(aggregator.clone()),
            HorizontalError::LeftOut { .. } => Fault::Network,
        }
    }
}
