//! What a steward signs about a plan.

mod register;

use std::{fmt, str::FromStr};

use consilium_base::{Digest, FederationId, Signature, Signer, Tagged, written_as_hex};
use consilium_mailbox::{Fault, PartyId};
use serde::{Deserialize, Serialize};

pub use register::{Grant, LATEST, MOST_DECISIONS, Register, Standing};

use crate::{
    Failure, Lang, Name, PlanHash, UnixTime,
    texts::{approval as texts, failure::Code},
};

/// The label before everything that is signed here; it is used for nothing else.
const LABEL: &[u8] = b"approval.1.statement";

/// A person who decides for an institution; written `cleveland/li`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Steward {
    /// The institution.
    pub party: PartyId,
    /// The person's name there.
    pub name: Name,
}

/// A text that names no steward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a steward is written as INSTITUTION/NAME")]
pub struct BadSteward;

impl FromStr for Steward {
    type Err = BadSteward;

    fn from_str(text: &str) -> Result<Steward, BadSteward> {
        let (party, name) = text.split_once('/').ok_or(BadSteward)?;
        let party = party.parse().map_err(|_| BadSteward)?;
        let name = Name::try_from(name.to_owned()).map_err(|_| BadSteward)?;
        Ok(Steward { party, name })
    }
}

impl TryFrom<String> for Steward {
    type Error = BadSteward;

    fn try_from(text: String) -> Result<Steward, BadSteward> {
        text.parse()
    }
}

impl From<Steward> for String {
    fn from(steward: Steward) -> String {
        steward.to_string()
    }
}

impl fmt::Display for Steward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.party, self.name)
    }
}

/// The hash of a statement: what a decision is called later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DecisionId(Digest);

written_as_hex!(DecisionId);

/// What a steward decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Yes, within limits.
    Approve(Grant),
    /// No.
    Refuse,
    /// No longer.
    Revoke {
        /// The approval that is taken back.
        of: DecisionId,
    },
}

/// What a steward signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// In which federation.
    pub federation: FederationId,
    /// Who signs.
    pub signer: Steward,
    /// About which plan.
    pub plan: PlanHash,
    /// What is decided.
    pub decision: Decision,
    /// When.
    pub at: UnixTime,
    /// Drawn for this statement alone.
    pub nonce: [u8; 16],
}

impl Statement {
    /// Gives the bytes that are signed: a label, then fields prefixed by their length.
    pub fn message(&self) -> Vec<u8> {
        let mut message = Vec::with_capacity(320);
        let mut field = |bytes: &[u8]| {
            message.extend((bytes.len() as u64).to_le_bytes());
            message.extend(bytes);
        };
        field(LABEL);
        field(&self.federation.0);
        field(self.signer.party.as_str().as_bytes());
        field(self.signer.name.as_str().as_bytes());
        field(self.plan.as_bytes());
        match &self.decision {
            Decision::Approve(Grant {
                data,
                runs,
                until,
                waiver,
                beside,
            }) => {
                field(b"approve");
                field(&data.0);
                field(&runs.to_le_bytes());
                field(&until.0.to_le_bytes());
                field(&[u8::from(*waiver)]);
                // The field that follows is shorter than a hash.
                if !beside.is_empty() {
                    let hashes: Vec<u8> = beside.iter().flat_map(|it| *it.as_bytes()).collect();
                    field(&hashes);
                }
            }
            Decision::Refuse => field(b"refuse"),
            Decision::Revoke { of } => {
                field(b"revoke");
                field(&of.0);
            }
        }
        field(&self.at.0.to_le_bytes());
        field(&self.nonce);
        message
    }

    /// Gives what the decision is called.
    pub fn id(&self) -> DecisionId {
        DecisionId(
            Tagged::new("approval.1.decision")
                .field(&self.message())
                .digest(),
        )
    }

    /// Signs it.
    pub fn sign(self, signer: &dyn Signer) -> SignedStatement {
        let signature = signer.sign(&self.message());
        SignedStatement {
            statement: self,
            signature: Halves::from(signature),
        }
    }

    /// Says it in words, as it is shown before it is signed and in the log.
    pub fn describe(&self, lang: Lang) -> String {
        let (signer, plan, id) = (&self.signer, &self.plan, self.id());
        let decided = match &self.decision {
            Decision::Approve(Grant {
                data,
                runs,
                until,
                waiver,
                beside,
            }) => {
                let said = texts::APPROVE.say(
                    lang,
                    &[
                        ("signer", signer),
                        ("plan", plan),
                        ("version", data),
                        ("runs", runs),
                        ("until", until),
                    ],
                );
                let waived = if *waiver {
                    &texts::WAIVER
                } else {
                    &texts::NO_WAIVER
                };
                let waived = waived.say(lang, &[("party", &signer.party)]);
                let mut said = format!("{said}\n{waived}");
                for study in beside {
                    said.push('\n');
                    said.push_str(&texts::BESIDE.say(lang, &[("study", study)]));
                }
                said
            }
            Decision::Refuse => texts::REFUSE.say(lang, &[("signer", signer), ("plan", plan)]),
            Decision::Revoke { of } => texts::REVOKE.say(
                lang,
                &[("signer", signer), ("decision", of), ("plan", plan)],
            ),
        };
        let given = texts::GIVEN.say(lang, &[("time", &self.at), ("decision", &id)]);
        format!("{decided}\n{given}")
    }
}

/// A statement with its signature. It means nothing until [`Register::admit`] took it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedStatement {
    /// The statement.
    pub statement: Statement,
    signature: Halves,
}

impl SignedStatement {
    /// Joins a statement and a signature from elsewhere.
    pub fn new(statement: Statement, signature: Signature) -> SignedStatement {
        SignedStatement {
            statement,
            signature: signature.into(),
        }
    }

    /// Gives the signature.
    pub fn signature(&self) -> Signature {
        let mut bytes = [0; 64];
        let (first, second) = bytes.split_at_mut(32);
        first.copy_from_slice(&self.signature.0);
        second.copy_from_slice(&self.signature.1);
        Signature(bytes)
    }
}

/// A signature's 64 bytes in the lengths that serde knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Halves([u8; 32], [u8; 32]);

impl From<Signature> for Halves {
    fn from(Signature(bytes): Signature) -> Halves {
        let mut halves = Halves([0; 32], [0; 32]);
        halves.0.copy_from_slice(&bytes[..32]);
        halves.1.copy_from_slice(&bytes[32..]);
        halves
    }
}

/// Why a decision is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// The signature is not that steward's.
    #[error("the decision in the name of {signer} is not signed by that key")]
    Forged {
        /// Who is said to have signed.
        signer: Steward,
    },
    /// It is about something else.
    #[error("the decision of {signer} is about another {what}")]
    Elsewhere {
        /// Who signed.
        signer: Steward,
        /// What differs: "federation", "plan" or "approval".
        what: &'static str,
    },
    /// The signer's institution has nothing to decide here.
    #[error("{party} is no contributor of the study")]
    NoContributor {
        /// The institution.
        party: PartyId,
    },
    /// It was shown before, or a newer one was.
    #[error("the decision of {signer} was shown before, or a newer one is known")]
    Replayed {
        /// Who signed.
        signer: Steward,
    },
    /// The institution has decided as often as it may.
    #[error(
        "the institution of {signer} has decided {MOST_DECISIONS} times; it can only withdraw now"
    )]
    TooMany {
        /// Who signed.
        signer: Steward,
    },
    /// It comes from the future.
    #[error("the decision of {signer} is dated {seconds} s ahead")]
    Ahead {
        /// Who signed.
        signer: Steward,
        /// By how much.
        seconds: i64,
    },
    /// What it grants is over already.
    #[error("the approval of {signer} ended at {until}")]
    Over {
        /// Who signed.
        signer: Steward,
        /// When.
        until: UnixTime,
    },
}

impl Rejected {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            // Whoever carried a decision may have forged, repeated or misdirected it.
            Rejected::Forged { .. } | Rejected::Elsewhere { .. } | Rejected::Replayed { .. } => {
                Fault::Network
            }
            Rejected::NoContributor { .. } => Fault::Input,
            Rejected::TooMany { signer }
            | Rejected::Ahead { signer, .. }
            | Rejected::Over { signer, .. } => Fault::Peer(signer.party.clone()),
        }
    }

    /// Gives it as a failure with code and remedy.
    pub fn failure(&self) -> Failure {
        match self {
            Rejected::Forged { signer } => Failure::new(Code::ApprovalForged).of(&signer.party),
            Rejected::Elsewhere { signer, .. } => {
                Failure::new(Code::ApprovalElsewhere).of(&signer.party)
            }
            Rejected::NoContributor { party } => Failure::new(Code::ApprovalElsewhere).of(party),
            Rejected::Replayed { signer } => Failure::new(Code::ApprovalReplayed).of(&signer.party),
            Rejected::TooMany { signer } => Failure::new(Code::ApprovalTooMany)
                .of(&signer.party)
                .with("most", MOST_DECISIONS),
            Rejected::Ahead { signer, seconds } => Failure::new(Code::ApprovalTime)
                .of(&signer.party)
                .with("seconds", seconds),
            Rejected::Over { signer, until } => Failure::new(Code::ApprovalExpired)
                .of(&signer.party)
                .with("time", until),
        }
    }
}
