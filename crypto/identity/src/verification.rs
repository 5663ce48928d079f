//! How a party's key came to be believed.

use consilium_base::{BadSignature, Signature, Tagged};
use consilium_mailbox::Fault;

use crate::{
    Directory, FederationId, Fingerprint, PublicKey, StatementKind, WordsError, verify_statement,
};

/// Whether a key is known to be its party's, by something else than the coordinator's word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verification {
    /// The coordinator says so, nobody else.
    #[default]
    Unverified,
    /// Somebody made sure.
    Verified {
        /// How.
        how: Evidence,
    },
}

/// Why a key is believed to be its party's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// It is this party's own.
    Own,
    /// A steward compared the words of its fingerprint with the other side.
    Words {
        /// Which steward.
        steward: String,
    },
    /// An authority that this party's own configuration names signed it.
    Authority {
        /// Which authority, as the configuration names it.
        name: String,
    },
}

/// Why a key stays unverified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerificationError {
    /// No key of the party is known.
    #[error("no key of {party} is known")]
    UnknownParty {
        /// Who.
        party: String,
    },
    /// Another key than this party's own is known under its name.
    #[error("the key that is known for {party}, this party's own name, is not its own")]
    NotOwn {
        /// This party.
        party: String,
    },
    /// The words are not those of the party's key.
    #[error("the words given for {party} are not those of its key: {error}")]
    Words {
        /// Whose words.
        party: String,
        /// What is wrong with them.
        error: WordsError,
    },
    /// The authority signed something else.
    #[error("{authority} did not sign the key that is known for {party}")]
    NotVouched {
        /// Whose key.
        party: String,
        /// Who should have signed it.
        authority: String,
    },
}

impl VerificationError {
    /// Says whose fault it is: what the directory or a person gave this party, never a peer's.
    pub fn fault(&self) -> Fault {
        Fault::Input
    }
}

/// An authority's word for a party's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouch {
    /// The authority, as this party's own configuration names it.
    pub authority: String,
    /// Its key, from the same configuration.
    pub key: PublicKey,
    /// Its signature over [`vouch_body`], a [`StatementKind::Vouch`].
    pub signature: Signature,
}

/// Gives what an authority signs to vouch for a party's key.
pub fn vouch_body(party: &str, key: &PublicKey) -> [u8; 32] {
    Tagged::new("consilium-identity.1.vouch")
        .field(party.as_bytes())
        .field(&key.to_bytes())
        .digest()
}

impl Directory {
    /// Notes that the key that is known for this party is its own, if it is.
    ///
    /// # Errors
    ///
    /// If it has no key here, or another one: then somebody else speaks in its name.
    pub fn verify_own(&mut self, party: &str, own: &PublicKey) -> Result<(), VerificationError> {
        if self.known(party)? != own {
            let party = party.to_owned();
            return Err(VerificationError::NotOwn { party });
        }
        self.believe(party, Evidence::Own);
        Ok(())
    }

    /// Notes that a steward compared a party's words with the other side, if they are right.
    ///
    /// # Errors
    ///
    /// If the party is unknown, or the words are not those of its key; what was known before
    /// stays.
    pub fn verify_words(
        &mut self,
        party: &str,
        text: &str,
        steward: &str,
    ) -> Result<(), VerificationError> {
        let compared = Fingerprint::of_key(self.known(party)?).compare(text);
        compared.map_err(|error| VerificationError::Words {
            party: party.to_owned(),
            error,
        })?;
        let steward = steward.to_owned();
        self.believe(party, Evidence::Words { steward });
        Ok(())
    }

    /// Notes that an authority vouches for a party's key, if it does.
    ///
    /// # Errors
    ///
    /// If the party is unknown, or the authority signed something else.
    pub fn verify_vouch(
        &mut self,
        party: &str,
        vouch: &Vouch,
        federation: &FederationId,
    ) -> Result<(), VerificationError> {
        let body = vouch_body(party, self.known(party)?);
        let kind = StatementKind::Vouch;
        verify_statement(kind, federation, &body, &vouch.signature, &vouch.key).map_err(
            |_: BadSignature| VerificationError::NotVouched {
                party: party.to_owned(),
                authority: vouch.authority.clone(),
            },
        )?;
        let name = vouch.authority.clone();
        self.believe(party, Evidence::Authority { name });
        Ok(())
    }

    fn known(&self, party: &str) -> Result<&PublicKey, VerificationError> {
        let key = self.key(party);
        key.ok_or_else(|| VerificationError::UnknownParty {
            party: party.to_owned(),
        })
    }
}
