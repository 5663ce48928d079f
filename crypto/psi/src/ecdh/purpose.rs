//! What a comparison is for.

use consilium_base::Digest;
use consilium_mailbox::PartyId;

use crate::{Epsilon, Terms};

/// What is to be learnt of an intersection's size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Both parties learn it.
    Exact,
    /// One party learns it, and tells the other with noise.
    Noised {
        /// Who learns it exactly.
        counter: PartyId,
        /// The privacy loss of the answer to the other.
        epsilon: Epsilon,
    },
}

/// What a comparison is for; part of the terms that both hash.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose<'a> {
    Align,
    Size(&'a Shown),
}

impl Purpose<'_> {
    /// Hashes the terms with it.
    pub(super) fn digest(self, terms: &Terms) -> Digest {
        let (kind, counter, epsilon) = match self {
            Purpose::Align => (0, "", 0),
            Purpose::Size(Shown::Exact) => (1, "", 0),
            Purpose::Size(Shown::Noised { counter, epsilon }) => {
                (2, counter.as_str(), epsilon.as_thousandths())
            }
        };
        let hash = terms.hashed("psi-ecdh.1.terms");
        hash.number(kind)
            .field(counter.as_bytes())
            .number(epsilon.into())
            .digest()
    }
}
