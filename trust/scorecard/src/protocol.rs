//! Those who know what a study has found of each other stand by it.

use std::collections::{BTreeMap, BTreeSet};

use consilium_base::{Signer, Verifier};
use consilium_mailbox::{Fault, Mailbox, MailboxError, Message, PartyId};
use futures_util::future::{join, join_all};
use serde::{Deserialize, Serialize};

use crate::{Countersignature, Findings, Salt, SignatureHex, VersionHash};

/// m1: which rows of the sender's the study is about, and what hides their scores in a hash.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Rows {
    version: VersionHash,
    salt: Salt,
}

impl Message for Rows {
    const STEP: &'static str = "countersign.2.rows";
}

/// m2: a signature over what was found of its receiver, which knows that itself.
#[derive(Debug, Serialize, Deserialize)]
struct Signed(SignatureHex);

impl Message for Signed {
    const STEP: &'static str = "countersign.2.signature";
}

/// Which rows each institution has said that it brings, before anybody knew what would be found of them.
#[derive(Debug, Clone, Default)]
pub struct Announced(BTreeMap<PartyId, Rows>);

/// What others say of what was found of an institution.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// Who has signed the very scores that this institution knows of itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countersigned: Vec<Countersignature>,
    /// Who has signed something else: it was told other scores or rows, or says so.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub contradicted: BTreeSet<PartyId>,
    /// Who has signed nothing in time.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub silent: BTreeSet<PartyId>,
    /// Which rows the other institutions said that they brought.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<PartyId, VersionHash>,
}

impl Announced {
    /// Tells all others which rows this institution brings, and hears the same of the other institutions.
    ///
    /// Comes before anything is found, so that nobody chooses its rows by their scores. `version` is of the own rows;
    /// `salt` was drawn for this study, and is the same whenever a step is repeated. Whoever says nothing in time is
    /// left out.
    ///
    /// # Errors
    ///
    /// If nothing can be sent or received any more, whatever others do.
    pub async fn tell(
        mail: &Mailbox,
        (institutions, aggregator): (&[PartyId], &PartyId),
        (version, salt): (VersionHash, Salt),
    ) -> Result<Announced, MailboxError> {
        let rows = Rows { version, salt };
        let others = institutions.iter().filter(|it| *it != mail.me());
        let telling = others.chain([aggregator]).map(|it| mail.send(it, &rows)); // m1
        let (told, heard) = join(join_all(telling), Announced::hear(mail, institutions)).await;
        for told in told {
            unless_own(told)?;
        }
        heard
    }

    /// Hears from all institutions which rows they bring: the aggregator's part.
    ///
    /// # Errors
    ///
    /// As [`tell`](Announced::tell).
    pub async fn hear(mail: &Mailbox, institutions: &[PartyId]) -> Result<Announced, MailboxError> {
        let others = institutions.iter().filter(|it| *it != mail.me());
        let hearing = others.map(async |it| (it, mail.recv::<Rows>(it).await)); // m1
        let mut announced = Announced::default();
        for (other, rows) in join_all(hearing).await {
            if let Some(rows) = unless_own(rows)? {
                announced.0.insert(other.clone(), rows);
            }
        }
        Ok(announced)
    }

    /// Leaves out institutions that have said another version than the one that is known of them.
    #[must_use]
    pub fn as_known(mut self, known: impl Fn(&PartyId) -> Option<VersionHash>) -> Announced {
        self.0
            .retain(|party, rows| known(party) == Some(rows.version));
        self
    }
}

/// Signs what was found of each institution, for that institution: the part of one of which nothing was found.
///
/// Figure 1 of docs/protocols/countersign.md.
///
/// # Errors
///
/// If nothing can be sent any more, whatever others do.
pub async fn sign(
    mail: &Mailbox,
    (findings, announced): (&Findings, &Announced),
    key: &dyn Signer,
) -> Result<(), MailboxError> {
    let signing = announced.0.iter().filter_map(|(party, rows)| {
        let statement = findings.statement(party, (Some(rows.version), rows.salt))?;
        let signature = Signed(statement.signature(mail.me().as_str(), key));
        Some(async move { mail.send(party, &signature).await }) // m2
    });
    for sent in join_all(signing).await {
        unless_own(sent)?;
    }
    Ok(())
}

/// Signs what was found of the others, and hears what they sign: an institution's part.
///
/// `others` are all that sign; `keys` knows theirs by their names; the own rows are those that were announced. A
/// signature over anything else than this institution's own finding is not kept, and who sent it is named; so is
/// whoever sends none within the mailbox's patience.
///
/// # Errors
///
/// If nothing can be sent or received any more, whatever others do.
pub async fn exchange(
    mail: &Mailbox,
    (findings, announced): (&Findings, &Announced),
    others: &[PartyId],
    (version, salt): (VersionHash, Salt),
    (key, keys): (&dyn Signer, &dyn Verifier),
) -> Result<Heard, MailboxError> {
    let hearing = others.iter().map(|other| mail.recv::<Signed>(other));
    let signing = sign(mail, (findings, announced), key);
    let (signed, signatures) = join(signing, join_all(hearing)).await; // m2
    signed?;
    let versions = announced.0.iter();
    let mut heard = Heard {
        versions: versions
            .map(|(it, rows)| (it.clone(), rows.version))
            .collect(),
        ..Heard::default()
    };
    for (other, signature) in others.iter().zip(signatures) {
        let Some(Signed(signature)) = unless_own(signature)? else {
            heard.silent.insert(other.clone());
            continue;
        };
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

/// What others do, or leave undone, ends nothing.
fn unless_own<T>(result: Result<T, MailboxError>) -> Result<Option<T>, MailboxError> {
    match result {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.fault() == Fault::Ours => Err(error),
        Err(_) => Ok(None),
    }
}
