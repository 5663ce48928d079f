//! What others say that a study has found of an institution, under their signatures.

use std::collections::BTreeMap;

use consilium_base::{Digest, FederationId, Signer, Tagged, Verifier, written_as_hex};
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use crate::{
    CardError, EvidenceHash, Salt, SignatureHex, Version, VersionHash,
    signed::{canonical, fields, parse},
};

/// What another institution or the coordinator says that a study found of an institution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What it is about.
    pub subject: Subject,
    /// Random bytes of the institution's or the signer's, under the hash of the scores.
    pub salt: Salt,
    /// What was found: scores by the ids of sub-scores, in hundredths.
    pub scores: BTreeMap<String, f64>,
}

/// Which finding a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// In which federation.
    pub federation: FederationId,
    /// The study.
    pub study: EvidenceHash,
    /// The institution of which something was found.
    pub about: PartyId,
    /// Of which of its rows, as it has told the signer; none where it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionHash>,
}

impl Subject {
    /// Says what of it differs from a card's, if anything does.
    pub(crate) fn is_of(
        &self,
        federation: Option<FederationId>,
        institution: &PartyId,
        version: Version,
    ) -> Result<(), &'static str> {
        let is_other = |registered| self.version.is_some_and(|it| it != registered);
        if Some(self.federation) != federation {
            return Err("federation");
        }
        if self.about != *institution {
            return Err("institution");
        }
        match version {
            Version::Registered(registered) if is_other(registered) => Err("version"),
            _ => Ok(()),
        }
    }
}

/// A hash of scores under a salt, from which nobody guesses them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScoresHash(pub Digest);

written_as_hex!(ScoresHash);

/// A statement with the signature of whoever makes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Countersignature {
    /// What is said.
    pub statement: Statement,
    /// Who says it: an institution's steward, as `INSTITUTION/NAME`; or a daemon by its own key, under the
    /// institution's or the coordinator's name.
    pub signer: String,
    signature: SignatureHex,
}

/// The same without the scores: whoever knows the signer's key can tell that they were signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicCountersignature {
    /// What the statement is about.
    pub subject: Subject,
    /// A hash of its scores.
    pub scores: ScoresHash,
    /// Who makes it.
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
        not_own(signer, &self.subject.about)?;
        let signature = self.signature(signer, key);
        Ok(self.signed_by(signer, signature))
    }

    /// Gives a signature over it.
    pub(crate) fn signature(&self, signer: &str, key: &dyn Signer) -> SignatureHex {
        let message = message(signer, &self.subject, &self.hash());
        key.sign(&message).into()
    }

    /// Joins it with a signature, which means nothing until [`Countersignature::verify`].
    pub(crate) fn signed_by(self, signer: &str, signature: SignatureHex) -> Countersignature {
        Countersignature {
            statement: self,
            signer: signer.to_owned(),
            signature,
        }
    }

    fn hash(&self) -> ScoresHash {
        let hash = Tagged::new("scorecard.1.scores").field(&self.salt.0);
        ScoresHash(hash.field(&canonical(&self.scores)).digest())
    }
}

/// The bytes that are signed: a label, then fields prefixed by their length.
fn message(signer: &str, subject: &Subject, scores: &ScoresHash) -> Vec<u8> {
    fields(&[
        b"scorecard.1.statement",
        signer.as_bytes(),
        &canonical(subject),
        &scores.0,
    ])
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
        self.public().verify(verifier)
    }

    /// Whose word it is: the institution's of the steward, or the daemon's.
    pub fn institution(&self) -> &str {
        institution(&self.signer)
    }

    /// Whether a steward says it, and no daemon.
    pub fn is_of_steward(&self) -> bool {
        self.signer.contains('/')
    }

    /// Gives what others may see of it.
    pub fn public(&self) -> PublicCountersignature {
        PublicCountersignature {
            subject: self.statement.subject.clone(),
            scores: self.statement.hash(),
            signer: self.signer.clone(),
            signature: self.signature,
        }
    }
}

impl PublicCountersignature {
    /// Whose word it is: the institution's of the steward, or the daemon's.
    pub fn institution(&self) -> &str {
        institution(&self.signer)
    }

    /// Checks that whoever is named has signed it, and is of another institution.
    ///
    /// # Errors
    ///
    /// [`CardError::OwnWord`] or [`CardError::Forged`].
    pub fn verify(&self, verifier: &dyn Verifier) -> Result<(), CardError> {
        not_own(&self.signer, &self.subject.about)?;
        let message = message(&self.signer, &self.subject, &self.scores);
        let verified = verifier.verify(&self.signer, &message, &self.signature.into());
        verified.map_err(|fault| CardError::Forged {
            signer: self.signer.clone(),
            fault,
        })
    }
}

/// Sees that nobody countersigns for itself.
pub(crate) fn not_own(signer: &str, about: &PartyId) -> Result<(), CardError> {
    if is_of(signer, about) {
        return Err(CardError::OwnWord {
            signer: signer.to_owned(),
        });
    }
    Ok(())
}

/// Whether a signer, written `INSTITUTION/NAME`, belongs to an institution, or is it.
pub(crate) fn is_of(signer: &str, institution: &PartyId) -> bool {
    self::institution(signer) == institution.as_str()
}

fn institution(signer: &str) -> &str {
    signer.split_once('/').map_or(signer, |(party, _)| party)
}
