//! Why scarcity is not measured.

use consilium_mailbox::{Fault, MailboxError, PartyId};
use consilium_secagg::SumError;

/// Why scarcity is not measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScarcityError {
    /// A message did not come, or came wrong.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// A sum was not opened.
    #[error(transparent)]
    Sum(#[from] SumError),
    /// The contributors are too few, more than agreed, doubled, or this party is none of them.
    #[error(
        "{got} contributors: they are 4 and more, at most as many as agreed, each once, and this party one of them"
    )]
    BadRoster {
        /// How many.
        got: usize,
    },
    /// The rows are none of the agreement's, or entities lack where the agreement counts them.
    #[error("the rows don't have the agreed columns, or lack the entities that are counted")]
    BadRows,
    /// The aggregator sends what is no opened sum of this study.
    #[error("{aggregator} sent a sum of another length or of contributors that can't be")]
    BadAnswer {
        /// The aggregator.
        aggregator: PartyId,
    },
    /// Opened tables are not those of the contributors they are said to be of. It does not show whose doing
    /// that is: a contributor whose rows changed since an earlier run brings it about, too.
    #[error(
        "the tables from {aggregator} are not what the contributors put into them: they were changed on the \
         way, are of others than it says, or a contributor goes by other numbers or rows; whose doing it is \
         does not show"
    )]
    FalseTables {
        /// The aggregator, which sent them.
        aggregator: PartyId,
    },
    /// Told numbers of empty buckets can't be: fewer than own entities leave, or too unlike each other.
    #[error(
        "the numbers of empty buckets from {aggregator} can't be those of this party's own entities and the \
         others': it or a contributor goes by other numbers"
    )]
    FalseZeros {
        /// The aggregator, which told them.
        aggregator: PartyId,
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
    /// This party's numbers came too late for a sum.
    #[error("{aggregator} went on without this party")]
    LeftOut {
        /// The aggregator.
        aggregator: PartyId,
    },
    /// The sketch's sum is of other contributors than the tables'.
    #[error("entities are of other contributors than the tables; differing: {differing}")]
    Dropped {
        /// The first who is in one of them and not in the other.
        differing: PartyId,
    },
}

impl ScarcityError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            ScarcityError::Mailbox(error) => error.fault(),
            ScarcityError::Sum(error) => error.fault(),
            ScarcityError::BadRoster { .. } | ScarcityError::BadRows => Fault::Input,
            ScarcityError::BadAnswer { aggregator } => Fault::Peer(aggregator.clone()),
            ScarcityError::OtherSums { peer } | ScarcityError::BadKey { peer } => {
                Fault::Peer(peer.clone())
            }
            ScarcityError::FalseTables { .. }
            | ScarcityError::FalseZeros { .. }
            | ScarcityError::LeftOut { .. }
            | ScarcityError::Dropped { .. } => Fault::Network,
        }
    }
}
