//! Why a contract is not shown to be all contributors'.

use consilium_mailbox::{Fault, MailboxError, PartyId};

use crate::Difference;

/// Why a contract is not shown to be all contributors'.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// A message did not come, or came wrong.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// This party is none of the contributors, or one stands twice among them.
    #[error("contributors are {got}, each once, and this party one of them")]
    BadRoster {
        /// How many are named.
        got: usize,
    },
    /// A contributor sent what is no key.
    #[error("{peer} sent a key for the comparison of contracts that is none")]
    BadKey {
        /// Who.
        peer: PartyId,
    },
    /// A contributor shows other columns than the plan's, or others than it has shown a hash of.
    #[error(
        "{peer} showed a contract that is not of the plan's columns, or not the one it gave a hash of"
    )]
    BadItems {
        /// Who.
        peer: PartyId,
    },
    /// Contributors don't mean the same.
    #[error("contributors don't mean the same by {} columns, the first of them {:?}", .0.len(), .0.first().map(|it| &it.column))]
    Differs(Vec<Difference>),
}

impl ContractError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            ContractError::Mailbox(error) => error.fault(),
            ContractError::BadRoster { .. } | ContractError::Differs(_) => Fault::Input,
            ContractError::BadKey { peer } | ContractError::BadItems { peer } => {
                Fault::Peer(peer.clone())
            }
        }
    }
}
