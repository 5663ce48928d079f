//! What can go wrong between a label holder and hospitals.

use consilium_lwe::LweError;
use consilium_mailbox::{Fault, MailboxError, PartyId};
use consilium_secagg::SumError;

use crate::vertical::{Breach, VerticalError};

/// Why a fit with several hospitals ended without a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HybridError {
    /// What can go wrong over split columns.
    #[error(transparent)]
    Vertical(#[from] VerticalError),
    /// A sum over the hospitals was not opened.
    #[error(transparent)]
    Sum(#[from] SumError),
    /// A patient has several rows, which the terms don't allow.
    #[error("{patients} patients have rows at several hospitals, or several at one")]
    Repeated {
        /// How many.
        patients: usize,
    },
    /// An opened sum lacks a hospital.
    #[error("a sum over the hospitals lacks {missing}")]
    NotWhole {
        /// Who is missing.
        missing: PartyId,
    },
    /// Opened counts are none that rows can have.
    #[error("a sum of counts is none that rows can have: a party's part of it is wrong")]
    Implausible,
    /// Opened ciphertexts are none: nothing tells whose part was wrong.
    #[error("the sum of the hospitals' ciphertexts is none: {0}")]
    Spoilt(consilium_lwe::Breach),
    /// The rows of a side have other sums than those opened: nothing tells whose part was wrong.
    #[error("the hospitals' rows don't have the sums opened before")]
    OtherSides,
    /// The hospitals don't say the same of what they send.
    #[error("{party} says otherwise than hospitals before it which sums come")]
    Otherwise {
        /// Whose words are the first to differ.
        party: PartyId,
    },
    /// The cut points are others than those of an earlier run.
    #[error("{coordinator} told other cut points before")]
    OtherCuts {
        /// Who told them.
        coordinator: PartyId,
    },
    /// The noise of all rows leaves no room for sums.
    #[error("the noise of all rows leaves no room for sums of {stride} candidates in a ciphertext")]
    NoRoom {
        /// How many candidates share a ciphertext.
        stride: u32,
    },
    /// No numbers are left for more sums.
    #[error("the fit was broken off so often that no numbers are left for its sums")]
    NoNumbers,
}

impl From<MailboxError> for HybridError {
    fn from(error: MailboxError) -> HybridError {
        HybridError::Vertical(error.into())
    }
}

impl HybridError {
    pub(crate) fn breach(peer: &PartyId, breach: impl Into<Breach>) -> HybridError {
        HybridError::Vertical(VerticalError::breach(peer, breach))
    }

    /// Tells a sum that is no ciphertext from our own error.
    pub(crate) fn of_sum(error: LweError) -> HybridError {
        match error {
            LweError::Breach(breach) => HybridError::Spoilt(breach),
            error => HybridError::Vertical(VerticalError::Sums(error)),
        }
    }

    /// Says whose fault it is.
    ///
    /// A sum hides who sent nonsense, so then no peer is blamed.
    pub fn fault(&self) -> Fault {
        match self {
            HybridError::Vertical(error) => error.fault(),
            HybridError::Sum(error) => error.fault(),
            HybridError::OtherCuts { coordinator } => Fault::Peer(coordinator.clone()),
            HybridError::NotWhole { .. } => Fault::Network,
            HybridError::Repeated { .. }
            | HybridError::Implausible
            | HybridError::Spoilt(_)
            | HybridError::OtherSides
            | HybridError::Otherwise { .. }
            | HybridError::NoRoom { .. }
            | HybridError::NoNumbers => Fault::Input,
        }
    }
}
