//! Why statistics end without findings.

use consilium_mailbox::{Fault, MailboxError, PartyId};
use consilium_secagg::SumError;

/// Why statistics end without findings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatisticsError {
    /// A message did not come, or came wrong.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// A sum was not opened.
    #[error(transparent)]
    Sum(#[from] SumError),
    /// The contributors are too few, more than agreed, doubled, or this party is none of them.
    #[error(
        "{got} contributors: they are 3 and more, at most as many as agreed, each once, and this party one of them"
    )]
    BadRoster {
        /// How many.
        got: usize,
    },
    /// The rows are none of the agreement's.
    #[error("the rows don't have the agreed columns")]
    BadRows,
    /// The aggregator sends what is no opened sum of this study.
    #[error("{aggregator} sent a sum of another length or of contributors that can't be")]
    BadAnswer {
        /// The aggregator.
        aggregator: PartyId,
    },
    /// An opened sum is not that of the contributors it is said to be of. It does not show whose doing
    /// that is: a contributor whose rows changed since an earlier run brings it about, too.
    #[error(
        "sum {sum} from {aggregator} is not what the contributors put into it: it was changed on the way, \
         is of others than it says, or a contributor goes by other numbers or rows; whose doing it is \
         does not show"
    )]
    FalseSum {
        /// The aggregator, which sent it.
        aggregator: PartyId,
        /// Its place among the study's sums.
        sum: u32,
    },
    /// Contributors were told different sums.
    #[error("{peer} was told other sums than this party")]
    OtherSums {
        /// Who.
        peer: PartyId,
    },
    /// A contributor sent what is no key.
    #[error("{peer} sent a key for the second mask that is none")]
    BadKey {
        /// Who.
        peer: PartyId,
    },
    /// This party's numbers came too late for the first sum.
    #[error("{aggregator} went on without this party")]
    LeftOut {
        /// The aggregator.
        aggregator: PartyId,
    },
    /// A later sum is of other contributors than the first one.
    #[error("sum {sum} is of other contributors than the first one; differing: {differing}")]
    Dropped {
        /// Its place among the study's sums.
        sum: u32,
        /// The first who is in one of them and not in the other.
        differing: PartyId,
    },
}

impl StatisticsError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            StatisticsError::Mailbox(error) => error.fault(),
            StatisticsError::Sum(error) => error.fault(),
            StatisticsError::BadRoster { .. } | StatisticsError::BadRows => Fault::Input,
            StatisticsError::BadAnswer { aggregator } => Fault::Peer(aggregator.clone()),
            StatisticsError::OtherSums { peer } | StatisticsError::BadKey { peer } => {
                Fault::Peer(peer.clone())
            }
            StatisticsError::FalseSum { .. }
            | StatisticsError::LeftOut { .. }
            | StatisticsError::Dropped { .. } => Fault::Network,
        }
    }
}
