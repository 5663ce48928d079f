//! An authority's word that a key is an institution's.

mod error;

use std::{fmt, str::FromStr};

use consilium_base::{Signature, Signer as _, Tagged, hex};
use consilium_mailbox::PartyId;

pub use error::VouchError;

use crate::{FederationId, IdentityKey, PublicKey, UnixTime, Validity};

/// What the text of every vouch begins with; the number is the version.
const KIND: &str = "consilium-vouch-1";
/// What is signed begins with this; nothing else that a key signs does.
const LABEL: &[u8] = b"statement.1.vouch\0";
/// No vouch is longer, in bytes.
const LONGEST: usize = 1024;

/// Whose word a participant takes for a key, as its own configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// What this participant calls it.
    pub name: String,
    /// Its key.
    pub key: PublicKey,
}

/// What a voucher says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// In which federation.
    pub federation: FederationId,
    /// Whose key it is.
    pub party: PartyId,
    /// The key.
    pub key: PublicKey,
    /// When the word holds.
    pub validity: Validity,
}

/// A claim with the signature of a voucher; its text is one line.
///
/// # Security
///
/// It is worth what its reader thinks of the signer: [`Vouch::check`] takes the vouchers that the
/// reader's own configuration names, never one that the vouch itself or the coordinator names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouch {
    claim: Claim,
    signer: PublicKey,
    signature: Signature,
}

impl Vouch {
    /// Signs a claim.
    pub fn sign(claim: Claim, voucher: &IdentityKey) -> Vouch {
        Vouch {
            signer: voucher.public(),
            signature: voucher.sign(&claim.message()),
            claim,
        }
    }

    /// Says what was signed; nothing is known of it before [`Vouch::check`].
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// Says whose signature it bears.
    pub fn signer(&self) -> &PublicKey {
        &self.signer
    }

    /// Says who of `vouchers` stands behind the claim, in this federation and at this time.
    ///
    /// # Errors
    ///
    /// [`VouchError`] says what is wrong with it.
    pub fn check<'a>(
        &self,
        vouchers: &'a [Voucher],
        federation: &FederationId,
        now: UnixTime,
    ) -> Result<&'a Voucher, VouchError> {
        let party = || self.claim.party.clone();
        let Validity { from, until } = self.claim.validity;
        if self.claim.federation != *federation {
            return Err(VouchError::OtherFederation { party: party() });
        }
        let voucher = vouchers.iter().find(|voucher| voucher.key == self.signer);
        let voucher = voucher.ok_or_else(|| VouchError::Stranger { party: party() })?;
        let verified = voucher.key.verify(&self.claim.message(), &self.signature);
        verified.map_err(|_| VouchError::Forged {
            party: party(),
            voucher: voucher.name.clone(),
        })?;
        if now < from {
            let party = party();
            return Err(VouchError::NotYet { party, from, now });
        }
        if now > until {
            let party = party();
            return Err(VouchError::Expired { party, until, now });
        }
        Ok(voucher)
    }
}

impl Claim {
    /// Gives what is signed: the label, the federation, and a hash of the rest.
    fn message(&self) -> Vec<u8> {
        let rest = Tagged::new("consilium-identity.1.vouch")
            .field(self.party.as_str().as_bytes())
            .field(&self.key.to_bytes())
            .number(self.validity.from.0.cast_unsigned())
            .number(self.validity.until.0.cast_unsigned())
            .digest();
        [LABEL, &self.federation.0, &rest].concat()
    }
}

impl fmt::Display for Vouch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Claim {
            federation,
            party,
            key,
            validity,
        } = &self.claim;
        let Validity { from, until } = validity;
        let signature = hex::encode(&self.signature.0);
        write!(
            f,
            "{KIND} {federation} {party} {key} {} {} {} {signature}",
            from.0, until.0, self.signer
        )
    }
}

impl FromStr for Vouch {
    type Err = VouchError;

    fn from_str(text: &str) -> Result<Vouch, VouchError> {
        read(text).ok_or(VouchError::NotOne)
    }
}

fn read(text: &str) -> Option<Vouch> {
    if text.len() > LONGEST {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let [KIND, federation, party, key, from, until, signer, signature] = words.as_slice() else {
        return None;
    };
    Some(Vouch {
        claim: Claim {
            federation: FederationId(hex::decode(federation)?),
            party: party.parse().ok()?,
            key: key.parse().ok()?,
            validity: Validity {
                from: UnixTime(from.parse().ok()?),
                until: UnixTime(until.parse().ok()?),
            },
        },
        signer: signer.parse().ok()?,
        signature: Signature(hex::decode(signature)?),
    })
}
