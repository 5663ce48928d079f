//! Which federation is meant.

use std::fmt;

use consilium_base::{Digest, Tagged};

use crate::PublicKey;

/// The name of a federation that nobody can take over: a hash of its authority's key.
///
/// It is part of everything that is signed, so that nothing signed for one federation serves in
/// another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FederationId(pub Digest);

impl FederationId {
    /// Gives the id of the federation whose certificates `authority` signs.
    pub fn of(authority: &PublicKey) -> FederationId {
        let hash = Tagged::new("consilium-identity.1.federation");
        FederationId(hash.field(&authority.to_bytes()).digest())
    }
}

impl fmt::Display for FederationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FederationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
