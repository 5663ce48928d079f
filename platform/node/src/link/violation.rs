//! How a peer may break the rules of the link.

/// What a peer did that the link's rules forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// Chunks are missing that can't come any more.
    #[error("chunk {got} came where {expected} was due")]
    Gap {
        /// The number that was due.
        expected: u64,
        /// The number that came.
        got: u64,
    },
    /// It sent more than it was given leave to.
    #[error("it sent more than it was given leave to")]
    Overrun,
    /// It announced a frame that is too long.
    #[error("it announced a frame longer than {limit} bytes")]
    TooLong {
        /// The longest that is taken.
        limit: usize,
    },
    /// Its chunks don't add up to a frame.
    #[error("its chunks don't add up to a frame")]
    Malformed,
    /// It acknowledged what was never sent to it.
    #[error("it acknowledged what was never sent to it")]
    BadAck,
    /// It sent a frame that belongs to another pair of parties, or none at all.
    #[error("it sent a frame that isn't one between us")]
    BadFrame,
}
