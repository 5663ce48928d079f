//! People, their keys and roles: the table by which every call is authorised.

use consilium_base::Digest;
use consilium_journal::UnixTime;
use consilium_mailbox::PartyId;
use consilium_store::{Change, Store, StoreError, columns::Columns as _};
use sqlx::any::AnyRow;

use super::{
    EnrolError, Kept, Taken,
    invitations::{Guest, redeem},
};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// What the person may do.
    pub role: String,
    /// The institution for which the person acts, if for one.
    pub institution: Option<PartyId>,
    /// The person's own key.
    pub public_key: Vec<u8>,
    /// When the person came.
    pub enrolled: UnixTime,
    /// When the person was shut out.
    pub revoked: Option<UnixTime>,
}

/// Enrols the person for whom the token was made.
///
/// Who was revoked may come back with a new invitation and another key.
///
/// # Errors
///
/// If the invitation does not hold, or name or key are somebody else's.
pub async fn enrol(
    change: &mut Change,
    token: &Digest,
    public_key: &[u8],
    now: UnixTime,
) -> Result<(String, Kept), EnrolError> {
    let (guest, kept) = redeem(change, token, public_key, now).await?;
    let Guest::Person {
        name,
        role,
        institution,
    } = guest
    else {
        return Err(EnrolError::NotInvited);
    };
    if kept == Kept::Again {
        return Ok((name, kept));
    }
    let others = sqlx::query("SELECT name FROM person WHERE public_key = $1").bind(public_key);
    if others.fetch_optional(change.connection()).await?.is_some() {
        return Err(EnrolError::Taken { what: Taken::Key });
    }
    let done = sqlx::query(
        "INSERT INTO person (name, role, institution, public_key, enrolled) \
         VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (name) DO UPDATE SET role = excluded.role, \
         institution = excluded.institution, public_key = excluded.public_key, \
         enrolled = excluded.enrolled, revoked = NULL WHERE person.revoked IS NOT NULL",
    )
    .bind(&name)
    .bind(role)
    .bind(institution.map(String::from))
    .bind(public_key)
    .bind(now.0)
    .execute(change.connection())
    .await?;
    if done.rows_affected() == 1 {
        Ok((name, kept))
    } else {
        Err(EnrolError::Taken { what: Taken::Name })
    }
}

/// Shuts a person out.
///
/// # Errors
///
/// If the person is not enrolled, or was shut out before.
pub async fn revoke(change: &mut Change, name: &str, now: UnixTime) -> Result<(), EnrolError> {
    let query = "UPDATE person SET revoked = $2 WHERE name = $1 AND revoked IS NULL";
    let query = sqlx::query(query).bind(name).bind(now.0);
    if query.execute(change.connection()).await?.rows_affected() == 1 {
        Ok(())
    } else {
        Err(EnrolError::NotEnrolled {
            name: name.to_owned(),
        })
    }
}

/// Gives all people by name, those who were shut out too.
///
/// # Errors
///
/// If they can't be read.
pub async fn all(store: &Store) -> Result<Vec<Person>, StoreError> {
    let query = sqlx::query("SELECT * FROM person ORDER BY name");
    query
        .fetch_all(store.readers())
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &AnyRow) -> Result<Person, StoreError> {
    Ok(Person {
        name: row.text("name")?,
        role: row.text("role")?,
        institution: row.optional_parsed("institution")?,
        public_key: row.bytes("public_key")?,
        enrolled: row.time("enrolled")?,
        revoked: row.optional_time("revoked")?,
    })
}
