//! Invitations: one token, one guest, until some time.

use consilium_base::Digest;
use consilium_journal::UnixTime;
use consilium_mailbox::PartyId;
use consilium_store::{Change, Store, StoreError, columns::Columns as _};
use sqlx::any::AnyRow;

use super::{EnrolError, Kept};

/// Who is invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guest {
    /// An institution, with its daemon.
    Institution {
        /// Its name.
        name: PartyId,
    },
    /// A person.
    Person {
        /// The name.
        name: String,
        /// What the person may do.
        role: String,
        /// The institution for which the person acts, if for one.
        institution: Option<PartyId>,
    },
}

impl Guest {
    /// Gives the name in which the guest is invited.
    pub fn name(&self) -> &str {
        match self {
            Guest::Institution { name } => name.as_str(),
            Guest::Person { name, .. } => name,
        }
    }
}

/// An invitation. The token itself is known to the guest only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The token's hash.
    pub token: Digest,
    /// For whom.
    pub guest: Guest,
    /// When it was made.
    pub made: UnixTime,
    /// From when on it is worth nothing.
    pub expires: UnixTime,
    /// When it was used.
    pub used: Option<UnixTime>,
    /// When it was withdrawn.
    pub withdrawn: Option<UnixTime>,
}

impl Invitation {
    /// Says whether it can still be used.
    pub fn is_open(&self, now: UnixTime) -> bool {
        self.used.is_none() && self.withdrawn.is_none() && now < self.expires
    }

    fn why_closed(&self, now: UnixTime) -> EnrolError {
        match (self.used, self.withdrawn) {
            (Some(_), _) => EnrolError::Used,
            (None, Some(withdrawn)) => EnrolError::Withdrawn { withdrawn },
            (None, None) => EnrolError::Expired {
                expired: self.expires,
                now,
            },
        }
    }
}

/// Keeps a new invitation.
///
/// # Errors
///
/// If it can't be written; tokens are random, two are never the same.
pub async fn add(change: &mut Change, invitation: &Invitation) -> Result<(), StoreError> {
    let (guest, name, role, institution) = match &invitation.guest {
        Guest::Institution { name } => ("institution", name.as_str(), "", None),
        Guest::Person {
            name,
            role,
            institution,
        } => ("person", name.as_str(), role.as_str(), institution.as_ref()),
    };
    sqlx::query(
        "INSERT INTO invitation (token, guest, name, role, institution, made, expires) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&invitation.token[..])
    .bind(guest)
    .bind(name)
    .bind(role)
    .bind(institution.map(|institution| institution.as_str().to_owned()))
    .bind(invitation.made.0)
    .bind(invitation.expires.0)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Gives all invitations, the oldest first.
///
/// # Errors
///
/// If they can't be read.
pub async fn all(store: &Store) -> Result<Vec<Invitation>, StoreError> {
    let query = sqlx::query("SELECT * FROM invitation ORDER BY made, token");
    query
        .fetch_all(store.readers())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Makes every open invitation in a name worth nothing.
///
/// # Errors
///
/// If none is open: the newest one in that name says why.
pub async fn withdraw(change: &mut Change, name: &str, now: UnixTime) -> Result<(), EnrolError> {
    let query = sqlx::query(
        "UPDATE invitation SET withdrawn = $2 \
         WHERE name = $1 AND used IS NULL AND withdrawn IS NULL AND expires > $2",
    );
    let done = query.bind(name).bind(now.0).execute(change.connection());
    if done.await?.rows_affected() > 0 {
        return Ok(());
    }
    let query = sqlx::query("SELECT * FROM invitation WHERE name = $1 ORDER BY made DESC LIMIT 1");
    let newest = query.bind(name).fetch_optional(change.connection()).await?;
    let newest = newest.as_ref().map(read).transpose()?;
    Err(newest.map_or(EnrolError::NotInvited, |newest| newest.why_closed(now)))
}

/// Says who is invited by a token, if it can be used for a key now; changes nothing.
///
/// # Errors
///
/// Why it can't be used.
pub async fn guest(
    store: &Store,
    token: &Digest,
    public_key: &[u8],
    now: UnixTime,
) -> Result<Guest, EnrolError> {
    let query = sqlx::query("SELECT * FROM invitation WHERE token = $1").bind(&token[..]);
    let row = query.fetch_optional(store.readers()).await?;
    usable(row.as_ref(), public_key, now).map(|(guest, _)| guest)
}

/// Uses an invitation for a key. The same key may ask again, for instance when the first answer
/// was lost.
pub(super) async fn redeem(
    change: &mut Change,
    token: &Digest,
    public_key: &[u8],
    now: UnixTime,
) -> Result<(Guest, Kept), EnrolError> {
    let query = sqlx::query("SELECT * FROM invitation WHERE token = $1").bind(&token[..]);
    let row = query.fetch_optional(change.connection()).await?;
    let (guest, kept) = usable(row.as_ref(), public_key, now)?;
    if kept == Kept::Again {
        return Ok((guest, kept));
    }
    sqlx::query("UPDATE invitation SET used = $2, used_by = $3 WHERE token = $1")
        .bind(&token[..])
        .bind(now.0)
        .bind(public_key)
        .execute(change.connection())
        .await?;
    Ok((guest, kept))
}

fn usable(
    row: Option<&AnyRow>,
    public_key: &[u8],
    now: UnixTime,
) -> Result<(Guest, Kept), EnrolError> {
    let row = row.ok_or(EnrolError::NotInvited)?;
    let invitation = read(row)?;
    if invitation.is_open(now) {
        return Ok((invitation.guest, Kept::First));
    }
    if invitation.used.is_some() && row.bytes("used_by")? == public_key {
        return Ok((invitation.guest, Kept::Again));
    }
    Err(invitation.why_closed(now))
}

fn read(row: &AnyRow) -> Result<Invitation, StoreError> {
    let guest = match row.text("guest")?.as_str() {
        "institution" => Guest::Institution {
            name: row.parsed("name")?,
        },
        _ => Guest::Person {
            name: row.text("name")?,
            role: row.text("role")?,
            institution: row.optional_parsed("institution")?,
        },
    };
    Ok(Invitation {
        token: row.array("token")?,
        guest,
        made: row.time("made")?,
        expires: row.time("expires")?,
        used: row.optional_time("used")?,
        withdrawn: row.optional_time("withdrawn")?,
    })
}
