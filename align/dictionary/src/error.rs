//! What can go wrong when codes are checked.

use consilium_mailbox::{Fault, MailboxError, PartyId};
use consilium_psi::PsiError;

use crate::Terms;

/// Why codes were not checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DictionaryError {
    /// A message did not come, or came wrong.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// The sets could not be compared.
    #[error(transparent)]
    Psi(#[from] PsiError),
    /// The terms can't be kept by anybody.
    #[error("the terms are unusable: {0}")]
    Terms(&'static str),
    /// The list is empty: every frequent code of the others would be told.
    #[error("the list has no code: everything that the others use would be missing in it")]
    Empty,
    /// The list is longer than one may be.
    #[error("the list has {size} codes, {most} are allowed", most = Terms::MOST_LISTED)]
    TooLong {
        /// Codes in it.
        size: usize,
    },
    /// A respondent's answer breaks a rule of the protocol.
    #[error("{peer} broke the protocol: {breach}")]
    Breach {
        /// Who sent it.
        peer: PartyId,
        /// Which rule.
        breach: Breach,
    },
}

/// A rule of the protocol that an answer breaks; positions are from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Breach {
    /// No more codes are told than are compared.
    #[error("it tells {told} codes where {most} were compared at most")]
    TooMany {
        /// Codes told.
        told: usize,
        /// Codes compared.
        most: u32,
    },
    /// Codes are told once each, ascending.
    #[error("the code at position {index} is not in ascending order")]
    NotAscending {
        /// Which.
        index: usize,
    },
    /// What is told is a code of the system in its normal form.
    #[error("what it tells at position {index} is no code of the system in normal form")]
    NotACode {
        /// Which.
        index: usize,
    },
    /// A code that is told is not in the list.
    #[error("the code at position {index} is in the list")]
    Listed {
        /// Which.
        index: usize,
    },
    /// Numbers of rows are told in bands, those of a code from the minimum on.
    #[error("it tells a number of rows that is no band, or is below the minimum")]
    NotABand,
}

impl DictionaryError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            DictionaryError::Mailbox(error) => error.fault(),
            DictionaryError::Psi(error) => error.fault(),
            DictionaryError::Terms(_)
            | DictionaryError::Empty
            | DictionaryError::TooLong { .. } => Fault::Input,
            DictionaryError::Breach { peer, .. } => Fault::Peer(peer.clone()),
        }
    }
}
