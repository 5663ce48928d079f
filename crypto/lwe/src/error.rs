//! What can go wrong with encrypted sums.

use std::ops::RangeInclusive;

/// Why numbers were not encrypted, added or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LweError {
    /// As many candidates can't share a ciphertext.
    #[error("{candidates} candidates can't share a ciphertext of degree {degree}")]
    Packing {
        /// Candidates asked for.
        candidates: u32,
        /// The degree of the ring.
        degree: usize,
    },
    /// A row has one number of each kind.
    #[error("{first} numbers of one kind, {second} of the other")]
    Uneven {
        /// Numbers of the first kind.
        first: usize,
        /// Numbers of the second kind.
        second: usize,
    },
    /// A sum of the numbers given may not fit the message space.
    #[error("the numbers may add up to 2^{log2} and more")]
    TooLarge {
        /// log2 of the bound.
        log2: u32,
    },
    /// The slots asked for exist and ascend.
    #[error("the slots asked for don't ascend, or are beyond the last")]
    Slots,
    /// Ciphertexts that are added have the same slots.
    #[error("ciphertexts with different slots can't be added")]
    OtherSlots,
    /// The peer's message breaks a rule.
    #[error("the peer {0}")]
    Breach(#[from] Breach),
}

impl LweError {
    /// Says whether the peer is to blame; else the caller's input is. Who the peer is, whoever sends
    /// the messages knows.
    pub fn blames_peer(&self) -> bool {
        matches!(self, LweError::Breach(_))
    }
}

/// A rule that a peer's message breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Breach {
    /// A message has as many bytes as its shape says.
    #[error("sent {got} bytes where {expected} were due")]
    WrongLength {
        /// Bytes due.
        expected: usize,
        /// Bytes sent.
        got: usize,
    },
    /// Coefficients are below the modulus.
    #[error("sent a coefficient that is not below the modulus")]
    NotReduced,
    /// Slots are ascending and exist.
    #[error("sent slots out of order or beyond the last")]
    BadSlots,
    /// What is left beside a sum is noise of the size agreed on.
    #[error("sent a ciphertext with noise of 2^{log2} where 2^{limit_log2} is the most")]
    TooNoisy {
        /// log2 of the noise found, rounded up.
        log2: u32,
        /// log2 of the limit, rounded up.
        limit_log2: u32,
    },
    /// A sum lies where it can lie.
    #[error("sent a sum outside {} to {}", allowed.start(), allowed.end())]
    OutOfRange {
        /// Where it can lie.
        allowed: RangeInclusive<i64>,
    },
}
