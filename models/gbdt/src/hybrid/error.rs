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
    /// A hospital adds up more or fewer counts than the coordinator opens: it may be what the label
    /// holder told them.
    #[error("a hospital counts other nodes than the coordinator, or for other rows")]
    OtherCounts,
    /// The hospitals don't say the same of what they send: one of them lies, or was told otherwise.
    #[error("hospitals say different things of which sums come")]
    Otherwise,
    /// A hospital has another seed or other cut points, or heard of more or fewer rows: a party told
    /// hospitals different things.
    #[error("hospitals deal or cut columns differently, or heard of different rows")]
    Unlike,
    /// The cut points are others than those of an earlier run: the coordinator told others, or a
    /// hospital's rows have changed.
    #[error("the cut points are others than in a run before")]
    OtherCuts,
    /// Nodes were to be examined that have too few rows, or rows of too few hospitals: the label holder
    /// asked for them, or a count is wrong.
    #[error("nodes with too few rows, or rows of too few hospitals, were to be examined")]
    Few,
    /// The hospitals return other sums than the label holder asked for: it may be what the coordinator
    /// told them.
    #[error("the hospitals return other sums than were asked for")]
    OtherSums,
    /// The noise of all rows leaves no room for sums, or these take more than 4 GiB at a hospital.
    #[error(
        "sums of {stride} candidates in a ciphertext have no room for noise, or too little memory"
    )]
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
            HybridError::NotWhole { .. } => Fault::Network,
            HybridError::Repeated { .. }
            | HybridError::Implausible
            | HybridError::Spoilt(_)
            | HybridError::OtherSides
            | HybridError::OtherCounts
            | HybridError::Otherwise
            | HybridError::Unlike
            | HybridError::OtherCuts
            | HybridError::Few
            | HybridError::OtherSums
            | HybridError::NoRoom { .. }
            | HybridError::NoNumbers => Fault::Input,
        }
    }
}
