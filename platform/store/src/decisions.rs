//! What stewards decided, in signed statements.

use consilium_base::Signature;
use consilium_journal::{StudyName, UnixTime};
use consilium_mailbox::PartyId;

use crate::{Change, Store, StoreError, columns::Columns as _};

/// A random number that a steward's program puts into a statement, used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonce(pub [u8; 32]);

/// A signed decision. Whether the signature is good was checked before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// On which study.
    pub study: StudyName,
    /// For which party.
    pub party: PartyId,
    /// The number in the statement that no other of the party has.
    pub nonce: Nonce,
    /// What was signed.
    pub statement: Vec<u8>,
    /// The steward's signature.
    pub signature: Signature,
    /// When it came.
    pub received: UnixTime,
}

/// Keeps a decision.
///
/// # Errors
///
/// [`StoreError::Replayed`] if the party's nonce was seen before, in any study;
/// [`StoreError::UnknownStudy`] if there is no such study.
pub async fn add(change: &mut Change, decision: &Decision) -> Result<(), StoreError> {
    let study = &decision.study;
    let query = sqlx::query("SELECT 1 FROM study WHERE name = $1").bind(study.as_str());
    if query.fetch_optional(change.connection()).await?.is_none() {
        return Err(StoreError::UnknownStudy {
            study: study.clone(),
        });
    }
    let done = sqlx::query(
        "INSERT INTO decision (study, place, party, nonce, statement, signature, received) \
         SELECT $1, COUNT(*) + 1, $2, $3, $4, $5, $6 FROM decision WHERE study = $1 \
         ON CONFLICT (party, nonce) DO NOTHING",
    )
    .bind(study.as_str())
    .bind(decision.party.as_str())
    .bind(&decision.nonce.0[..])
    .bind(&decision.statement[..])
    .bind(&decision.signature.0[..])
    .bind(decision.received.0)
    .execute(change.connection())
    .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(StoreError::Replayed {
            party: decision.party.clone(),
            study: study.clone(),
        })
    }
}

/// Gives the decisions on a study, in the order in which they came.
///
/// # Errors
///
/// If they can't be read.
pub async fn of(store: &Store, study: &StudyName) -> Result<Vec<Decision>, StoreError> {
    let rows = sqlx::query("SELECT * FROM decision WHERE study = $1 ORDER BY place")
        .bind(study.as_str())
        .fetch_all(store.readers())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Decision {
                study: row.parsed("study")?,
                party: row.parsed("party")?,
                nonce: Nonce(row.array("nonce")?),
                statement: row.bytes("statement")?,
                signature: Signature(row.array("signature")?),
                received: row.time("received")?,
            })
        })
        .collect()
}
