//! Those who know what a study has found of each other stand by it.

use std::collections::{BTreeMap, BTreeSet};

use consilium_base::{Signer, Verifier};
use consilium_mailbox::{Mailbox, MailboxError, Message, PartyId};
use serde::{Deserialize, Serialize};

use crate::{Countersignature, Findings, Salt, SignatureHex, VersionHash};

/// m1: which rows of the sender's the study is about, and what hides their scores in a hash.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Rows {
    version: VersionHash,
    salt: Salt,
}

impl Message for Rows {
    const STEP: &'static str = "countersign.1.rows";
}

/// m2: a signature over what was found of its receiver, which knows that itself.
#[derive(Debug, Serialize, Deserialize)]
struct Signed(SignatureHex);

impl Message for Signed {
    const STEP: &'static str = "countersign.1.signature";
}

/// What others say of what was found of an institution.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// Who has signed the very scores that this institution knows of itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countersigned: Vec<Countersignature>,
    /// Who has signed something else: it was told other scores, or says so.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub contradicted: BTreeSet<PartyId>,
    /// Which rows the other institutions said that they brought.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<PartyId, VersionHash>,
}

/// Signs what was found of each institution, for that institution: the part of one of which nothing was found.
///
/// Figure 1 of docs/protocols/countersign.md.
///
/// # Errors
///
/// If a message can't be sent, or one doesn't come.
pub async fn sign(
    mail: &Mailbox,
    findings: &Findings,
    key: &dyn Signer,
) -> Result<(), MailboxError> {
    sign_all(mail, findings, key).await.map(drop)
}

/// Signs what was found of the others, and hears what they sign: an institution's part.
///
/// `others` are all that sign; `keys` knows theirs by their names. `version` is of the own rows; `salt` was drawn for
/// this study, and is the same whenever a step is repeated. A signature over anything else than this institution's
/// own finding is not kept, and who sent it is named.
///
/// # Errors
///
/// As [`sign`].
pub async fn exchange(
    mail: &Mailbox,
    findings: &Findings,
    others: &[PartyId],
    (version, salt): (VersionHash, Salt),
    (key, keys): (&dyn Signer, &dyn Verifier),
) -> Result<Heard, MailboxError> {
    mail.broadcast(others, &Rows { version, salt }).await?; // m1
    let mut heard = Heard {
        versions: sign_all(mail, findings, key).await?,
        ..Heard::default()
    };
    for other in others {
        let Signed(signature) = mail.recv(other).await?;
        let statement = findings.statement(mail.me(), (Some(version), salt));
        let by = statement.map(|it| it.signed_by(other.as_str(), signature));
        match by.filter(|by| by.verify(keys).is_ok()) {
            Some(by) => heard.countersigned.push(by),
            None => {
                heard.contradicted.insert(other.clone());
            }
        }
    }
    Ok(heard)
}

/// Signs for all others; gives which rows they said that they brought.
async fn sign_all(
    mail: &Mailbox,
    findings: &Findings,
    key: &dyn Signer,
) -> Result<BTreeMap<PartyId, VersionHash>, MailboxError> {
    let mut versions = BTreeMap::new();
    let others = findings.scores.keys().filter(|party| *party != mail.me());
    for party in others {
        let Rows { version, salt } = mail.recv(party).await?; // m1
        versions.insert(party.clone(), version);
        let statement = findings.statement(party, (Some(version), salt));
        let signature = statement.map(|it| it.signature(mail.me().as_str(), key));
        if let Some(signature) = signature {
            mail.send(party, &Signed(signature)).await?; // m2
        }
    }
    Ok(versions)
}
