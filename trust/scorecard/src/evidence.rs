//! Where a dimension's scores come from.

use std::collections::BTreeMap;

use consilium_base::{Digest, FederationId, Signer, UnixTime, Verifier, written_as_hex};
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use crate::{
    CardError, SignatureHex,
    signed::{canonical, fields, parse},
};

/// The hash of a report, or of the study that something was found in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EvidenceHash(pub Digest);

written_as_hex!(EvidenceHash);

/// How something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// The institution measured its own rows: nobody else has seen it.
    Report,
    /// Institutions found it together, in a study that their stewards signed.
    Study,
}

/// What a dimension's scores were made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// How it was found.
    pub kind: EvidenceKind,
    /// The hash of the report, or of the study.
    pub hash: EvidenceHash,
    /// The program that measured, with its version.
    pub tool: String,
    /// When, where the report says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<UnixTime>,
    /// What others say of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countersigned: Vec<Countersignature>,
}

/// What another institution or the coordinator says that a study found of an institution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// In which federation.
    pub federation: FederationId,
    /// The study.
    pub study: EvidenceHash,
    /// The institution of which something was found.
    pub about: PartyId,
    /// What was found: scores by the ids of sub-scores, in hundredths.
    pub scores: BTreeMap<String, f64>,
}

/// A statement with the signature of whoever makes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Countersignature {
    /// What is said.
    pub statement: Statement,
    /// Who says it: an institution's steward, as `INSTITUTION/NAME`, or a coordinator's name.
    pub signer: String,
    signature: SignatureHex,
}

impl Statement {
    /// Signs it.
    ///
    /// # Errors
    ///
    /// [`CardError::OwnWord`] if the signer is of the institution that it is about.
    pub fn sign(self, signer: &str, key: &dyn Signer) -> Result<Countersignature, CardError> {
        if is_of(signer, &self.about) {
            return Err(CardError::OwnWord {
                signer: signer.to_owned(),
            });
        }
        Ok(Countersignature {
            signature: key.sign(&self.message(signer)).into(),
            signer: signer.to_owned(),
            statement: self,
        })
    }

    /// The bytes that are signed: a label, then fields prefixed by their length.
    fn message(&self, signer: &str) -> Vec<u8> {
        fields(&[
            b"scorecard.1.statement",
            signer.as_bytes(),
            &canonical(self),
        ])
    }
}

impl Countersignature {
    /// The most bytes of its JSON.
    pub const LONGEST: usize = 16 << 10;

    /// Reads JSON. The signature means nothing until [`Countersignature::verify`].
    ///
    /// # Errors
    ///
    /// [`CardError::Json`] or [`CardError::TooLong`].
    pub fn from_json(text: &str) -> Result<Countersignature, CardError> {
        parse(text, Self::LONGEST)
    }

    /// Checks that whoever is named has signed it, and is of another institution.
    ///
    /// # Errors
    ///
    /// [`CardError::OwnWord`] or [`CardError::Forged`].
    pub fn verify(&self, verifier: &dyn Verifier) -> Result<(), CardError> {
        let signer = || self.signer.clone();
        if is_of(&self.signer, &self.statement.about) {
            return Err(CardError::OwnWord { signer: signer() });
        }
        let message = self.statement.message(&self.signer);
        let verified = verifier.verify(&self.signer, &message, &self.signature.into());
        verified.map_err(|fault| CardError::Forged {
            signer: signer(),
            fault,
        })
    }
}

/// Whether a signer, written `INSTITUTION/NAME`, belongs to an institution, or is it.
pub(crate) fn is_of(signer: &str, institution: &PartyId) -> bool {
    let party = signer.split_once('/').map_or(signer, |(party, _)| party);
    party == institution.as_str()
}
