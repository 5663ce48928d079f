//! Who the others are, and how we know.

use consilium_identity::Vouch;
use consilium_journal::UnixTime;
use consilium_mailbox::{Fault, PartyId};
use consilium_store::{Change, Store, StoreError, columns::Columns as _};
use sqlx::{Any, Executor, any::AnyRow};

/// How a peer's key was found to be the peer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// The steward compared the words of the fingerprint with the other side.
    ByWords,
    /// An authority vouches for it; whether that counts is for the configuration to say.
    ByVouch(Box<Vouch>),
}

/// Another institution, or the coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its name.
    pub name: PartyId,
    /// Its public key.
    pub public_key: Vec<u8>,
    /// When we first saw the key.
    pub learnt: UnixTime,
    /// How and when the key was verified, if it was.
    pub verified: Option<(Verified, UnixTime)>,
}

/// Why a peer's key is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeerError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key is not the one that we know: the peer has a new one, or somebody swaps keys.
    #[error("{name} comes with another key than before")]
    KeyChanged {
        /// Who.
        name: PartyId,
    },
    /// No key of the peer is known.
    #[error("no key of {name} is known")]
    Unknown {
        /// Who.
        name: PartyId,
    },
}

impl PeerError {
    /// Tells whose fault this is.
    pub fn fault(&self) -> Fault {
        match self {
            PeerError::Store(error) => error.fault(),
            PeerError::KeyChanged { name } => Fault::Peer(name.clone()),
            PeerError::Unknown { .. } => Fault::Input,
        }
    }
}

/// Remembers a peer's key as unverified when it is first seen, and sees that it stays the same.
///
/// # Errors
///
/// [`PeerError::KeyChanged`] if another key is known.
pub async fn learn(
    change: &mut Change,
    name: &PartyId,
    public_key: &[u8],
    now: UnixTime,
) -> Result<Peer, PeerError> {
    if let Some(peer) = one(change.connection(), name).await? {
        return with_key(peer, public_key);
    }
    replace(change, name, public_key, now).await
}

/// Takes another key for a peer, because the steward says so; it has to be verified anew.
///
/// # Errors
///
/// If it can't be written.
pub async fn replace(
    change: &mut Change,
    name: &PartyId,
    public_key: &[u8],
    now: UnixTime,
) -> Result<Peer, PeerError> {
    let insert = sqlx::query(
        "INSERT INTO peer (name, public_key, learnt) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET public_key = excluded.public_key, \
         learnt = excluded.learnt, verified_by = NULL, verified = NULL",
    )
    .bind(name.as_str())
    .bind(public_key)
    .bind(now.0);
    insert
        .execute(change.connection())
        .await
        .map_err(StoreError::from)?;
    let public_key = public_key.to_vec();
    Ok(Peer {
        name: name.clone(),
        public_key,
        learnt: now,
        verified: None,
    })
}

/// Marks the key as the peer's own.
///
/// # Errors
///
/// If no key, or another one, is known.
pub async fn verify(
    change: &mut Change,
    name: &PartyId,
    public_key: &[u8],
    how: Verified,
    now: UnixTime,
) -> Result<Peer, PeerError> {
    let known = one(change.connection(), name).await?;
    let peer = with_key(
        known.ok_or(PeerError::Unknown { name: name.clone() })?,
        public_key,
    )?;
    if matches!(
        (&peer.verified, &how),
        (Some((Verified::ByWords, _)), Verified::ByVouch(_))
    ) {
        // What people compared does not expire.
        return Ok(peer);
    }
    let written = match &how {
        Verified::ByWords => WORDS.to_owned(),
        Verified::ByVouch(vouch) => vouch.to_string(),
    };
    sqlx::query("UPDATE peer SET verified_by = $2, verified = $3 WHERE name = $1")
        .bind(name.as_str())
        .bind(written)
        .bind(now.0)
        .execute(change.connection())
        .await
        .map_err(StoreError::from)?;
    Ok(Peer {
        verified: Some((how, now)),
        ..peer
    })
}

/// Gives all peers by name.
///
/// # Errors
///
/// If they can't be read.
pub async fn all(store: &Store) -> Result<Vec<Peer>, StoreError> {
    let query = sqlx::query("SELECT * FROM peer ORDER BY name");
    query
        .fetch_all(store.readers())
        .await?
        .iter()
        .map(read)
        .collect()
}

const WORDS: &str = "words";

fn with_key(peer: Peer, public_key: &[u8]) -> Result<Peer, PeerError> {
    if peer.public_key == public_key {
        Ok(peer)
    } else {
        Err(PeerError::KeyChanged { name: peer.name })
    }
}

async fn one(
    executor: impl Executor<'_, Database = Any>,
    name: &PartyId,
) -> Result<Option<Peer>, StoreError> {
    let query = sqlx::query("SELECT * FROM peer WHERE name = $1").bind(name.as_str());
    query
        .fetch_optional(executor)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

fn read(row: &AnyRow) -> Result<Peer, StoreError> {
    let how = match row.optional_text("verified_by")?.as_deref() {
        Some(WORDS) => Some(Verified::ByWords),
        _ => row
            .optional_parsed("verified_by")?
            .map(|vouch| Verified::ByVouch(Box::new(vouch))),
    };
    Ok(Peer {
        name: row.parsed("name")?,
        public_key: row.bytes("public_key")?,
        learnt: row.time("learnt")?,
        verified: how.zip(row.optional_time("verified")?),
    })
}
