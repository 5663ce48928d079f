//! Cards that an institution stands by.

use consilium_base::{Signature, Signer, Verifier, hex};
use consilium_mailbox::PartyId;
use consilium_schema::{MOST_NAME, is_plain};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Card, CardError, Public, statement::is_of};

/// A signature as JSON has it: 128 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SignatureHex(Signature);

/// A card, signed by a steward of its institution. It stays at home.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The card.
    pub card: Card,
    /// The steward, as `INSTITUTION/NAME`.
    pub signer: String,
    signature: SignatureHex,
    /// Over the public part alone, so that it can be shown without the card.
    public: SignatureHex,
}

/// The public part of a card, signed by a steward of its institution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedPublic {
    /// What others see.
    pub public: Public,
    /// The steward, as `INSTITUTION/NAME`.
    pub signer: String,
    signature: SignatureHex,
}

impl Signed {
    /// Signs a card and its public part.
    ///
    /// # Errors
    ///
    /// As [`Card::check`]; [`CardError::Stranger`] if the steward is of another institution.
    pub fn sign(card: Card, signer: &str, key: &dyn Signer) -> Result<Signed, CardError> {
        card.check()?;
        belongs(signer, &card.institution)?;
        Ok(Signed {
            signature: key.sign(&message(CARD, signer, &canonical(&card))).into(),
            public: key
                .sign(&message(PUBLIC, signer, &canonical(&card.public())))
                .into(),
            signer: signer.to_owned(),
            card,
        })
    }

    /// Reads JSON. The signatures mean nothing until [`Signed::verify`].
    ///
    /// # Errors
    ///
    /// [`CardError::Json`], or as [`Card::check`].
    pub fn from_json(text: &str) -> Result<Signed, CardError> {
        let signed: Signed = parse(text, Card::LONGEST)?;
        signed.card.check()?;
        belongs(&signed.signer, &signed.card.institution)?;
        Ok(signed)
    }

    /// Checks the steward's signatures: that over the card, and that over its public part.
    ///
    /// # Errors
    ///
    /// [`CardError::Forged`], or as [`Card::check`].
    ///
    /// # Security
    ///
    /// `verifier` knows keys by the steward's whole name, `INSTITUTION/NAME`. Countersignatures are
    /// [`Card::countersigned`]'s.
    pub fn verify(&self, verifier: &dyn Verifier) -> Result<(), CardError> {
        self.card.check()?;
        belongs(&self.signer, &self.card.institution)?;
        let message = message(CARD, &self.signer, &canonical(&self.card));
        verified(verifier, &self.signer, &message, self.signature)?;
        self.public().verify(verifier)
    }

    /// Gives what others may see, with the signature over it.
    pub fn public(&self) -> SignedPublic {
        SignedPublic {
            public: self.card.public(),
            signer: self.signer.clone(),
            signature: self.public,
        }
    }
}

impl SignedPublic {
    /// The most bytes of its JSON.
    pub const LONGEST: usize = 32 << 10;

    /// How many an institution keeps, and shows.
    pub const MOST: usize = 100;

    /// How many countersignatures of a dimension are looked at where so many parties are known: one of each, or 16.
    pub fn words(parties: usize) -> usize {
        parties.max(16)
    }

    /// Reads JSON. The signature means nothing until [`SignedPublic::verify`].
    ///
    /// # Errors
    ///
    /// [`CardError::TooLong`], [`CardError::Json`], or as [`Public::check`].
    pub fn from_json(text: &str) -> Result<SignedPublic, CardError> {
        let signed: SignedPublic = parse(text, SignedPublic::LONGEST)?;
        signed.public.check()?;
        belongs(&signed.signer, &signed.public.institution)?;
        Ok(signed)
    }

    /// Checks the steward's signature.
    ///
    /// # Errors
    ///
    /// [`CardError::Stranger`], [`CardError::Forged`], or as [`Public::check`].
    pub fn verify(&self, verifier: &dyn Verifier) -> Result<(), CardError> {
        self.public.check()?;
        belongs(&self.signer, &self.public.institution)?;
        let message = message(PUBLIC, &self.signer, &canonical(&self.public));
        verified(verifier, &self.signer, &message, self.signature)
    }
}

const CARD: &[u8] = b"scorecard.1.card";
const PUBLIC: &[u8] = b"scorecard.1.public";

fn message(label: &[u8], signer: &str, bytes: &[u8]) -> Vec<u8> {
    fields(&[label, signer.as_bytes(), bytes])
}

/// The canonical bytes of what is signed or hashed: JSON without blanks, fields in declared order.
pub(crate) fn canonical(of: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(of).expect("its maps have texts for keys")
}

/// Joins fields, each prefixed by its length.
pub(crate) fn fields(fields: &[&[u8]]) -> Vec<u8> {
    let mut message = Vec::with_capacity(fields.iter().map(|it| it.len() + 8).sum());
    for field in fields {
        message.extend((field.len() as u64).to_le_bytes());
        message.extend(*field);
    }
    message
}

/// Reads JSON of at most so many bytes.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, most: usize) -> Result<T, CardError> {
    if text.len() > most {
        return Err(CardError::TooLong);
    }
    serde_json::from_str(text).map_err(|error| CardError::Json {
        message: error.to_string(),
    })
}

/// Sees that a signer is a steward of an institution, under a name that is seen as it is.
fn belongs(signer: &str, institution: &PartyId) -> Result<(), CardError> {
    if !is_plain(signer, MOST_NAME) {
        return Err(CardError::Name);
    }
    let is_steward = signer.contains('/') && is_of(signer, institution);
    is_steward.then_some(()).ok_or_else(|| CardError::Stranger {
        signer: signer.to_owned(),
    })
}

fn verified(
    verifier: &dyn Verifier,
    signer: &str,
    message: &[u8],
    signature: SignatureHex,
) -> Result<(), CardError> {
    let verified = verifier.verify(signer, message, &signature.into());
    verified.map_err(|fault| CardError::Forged {
        signer: signer.to_owned(),
        fault,
    })
}

impl TryFrom<String> for SignatureHex {
    type Error = hex::BadHex;

    fn try_from(text: String) -> Result<SignatureHex, hex::BadHex> {
        let bytes = hex::decode(&text).ok_or(hex::BadHex)?;
        Ok(SignatureHex(Signature(bytes)))
    }
}

impl From<SignatureHex> for String {
    fn from(signature: SignatureHex) -> String {
        hex::encode(&signature.0.0)
    }
}

impl From<Signature> for SignatureHex {
    fn from(signature: Signature) -> SignatureHex {
        SignatureHex(signature)
    }
}

impl From<SignatureHex> for Signature {
    fn from(signature: SignatureHex) -> Signature {
        signature.0
    }
}
