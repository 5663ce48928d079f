//! Whose key is whose.

use std::collections::BTreeMap;

use consilium_base::{BadSignature, Signature, Verifier};

use crate::PublicKey;

/// The public keys of parties, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory(BTreeMap<String, PublicKey>);

impl Directory {
    /// Gives the key of a party.
    pub fn key(&self, party: &str) -> Option<&PublicKey> {
        self.0.get(party)
    }

    /// Says how many parties it knows.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Takes a party's key in the place of the one that was known.
    pub fn insert(&mut self, party: String, key: PublicKey) {
        self.0.insert(party, key);
    }
}

impl FromIterator<(String, PublicKey)> for Directory {
    fn from_iter<I: IntoIterator<Item = (String, PublicKey)>>(keys: I) -> Directory {
        Directory(keys.into_iter().collect())
    }
}

impl<const N: usize> From<[(String, PublicKey); N]> for Directory {
    fn from(keys: [(String, PublicKey); N]) -> Directory {
        keys.into_iter().collect()
    }
}

impl Verifier for Directory {
    fn verify(
        &self,
        party: &str,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        self.key(party)
            .ok_or(BadSignature::UnknownParty)?
            .verify(message, signature)
    }
}
