//! Whose key is whose.

use std::collections::{BTreeMap, BTreeSet};

use consilium_base::{BadSignature, Signature, Verifier};

use crate::{Evidence, PublicKey, Verification};

/// The public keys of parties, by name, and whether somebody made sure of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory(BTreeMap<String, Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    key: PublicKey,
    verification: Verification,
}

impl Directory {
    /// Gives the key of a party.
    pub fn key(&self, party: &str) -> Option<&PublicKey> {
        self.0.get(party).map(|entry| &entry.key)
    }

    /// Says how a party's key came to be believed; one that is unknown is unverified.
    pub fn verification(&self, party: &str) -> &Verification {
        let entry = self.0.get(party);
        entry.map_or(&Verification::Unverified, |entry| &entry.verification)
    }

    /// Takes a party's key as the coordinator says it is.
    ///
    /// A key that is known already stays as verified as it was; another key is unverified.
    pub fn insert(&mut self, party: String, key: PublicKey) {
        if self.key(&party) != Some(&key) {
            let verification = Verification::Unverified;
            self.0.insert(party, Entry { key, verification });
        }
    }

    /// Counts the verified institutions among `parties`: thresholds and minimum cohorts count no
    /// others. Parties that share a key are one institution.
    pub fn verified<'a>(&self, parties: impl IntoIterator<Item = &'a str>) -> usize {
        let verified = parties.into_iter().filter(|party| self.is_verified(party));
        let keys = verified.filter_map(|party| Some(self.key(party)?.to_bytes()));
        keys.collect::<BTreeSet<_>>().len()
    }

    /// Names those of `parties` whose keys nobody made sure of.
    pub fn unverified<'a>(&self, parties: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let parties = parties.into_iter();
        parties.filter(|party| !self.is_verified(party)).collect()
    }

    pub(crate) fn believe(&mut self, party: &str, how: Evidence) {
        if let Some(entry) = self.0.get_mut(party) {
            entry.verification = Verification::Verified { how };
        }
    }

    fn is_verified(&self, party: &str) -> bool {
        matches!(self.verification(party), Verification::Verified { .. })
    }
}

impl FromIterator<(String, PublicKey)> for Directory {
    fn from_iter<I: IntoIterator<Item = (String, PublicKey)>>(keys: I) -> Directory {
        let mut directory = Directory::default();
        for (party, key) in keys {
            directory.insert(party, key);
        }
        directory
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
