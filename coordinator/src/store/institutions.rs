//! Institutions of the federation and their certificates.

use consilium_base::Digest;
use consilium_journal::UnixTime;
use consilium_mailbox::PartyId;
use consilium_store::{Change, Store, StoreError, columns::Columns as _};
use sqlx::any::AnyRow;

use super::{
    EnrolError, Kept, Taken,
    invitations::{Guest, redeem},
};

/// What a certificate says of its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certified {
    /// The certificate's serial number.
    pub serial: Vec<u8>,
    /// The public key.
    pub public_key: Vec<u8>,
}

/// An institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Institution {
    /// Its name.
    pub name: PartyId,
    /// Its certificate.
    pub certified: Certified,
    /// When it came.
    pub enrolled: UnixTime,
    /// When its certificate was taken back; it is shut out from then on.
    pub revoked: Option<UnixTime>,
}

/// Enrols the institution for which the token was made.
///
/// One that was revoked may come back with a new invitation and another key. With
/// [`Kept::Again`] the institution was enrolled before under the same token and key; the
/// certificate of that time counts.
///
/// # Errors
///
/// If the invitation does not hold, or name, key or serial number are somebody else's.
pub async fn enrol(
    change: &mut Change,
    token: &Digest,
    certified: &Certified,
    now: UnixTime,
) -> Result<(PartyId, Kept), EnrolError> {
    let (guest, kept) = redeem(change, token, &certified.public_key, now).await?;
    let Guest::Institution { name } = guest else {
        return Err(EnrolError::NotInvited);
    };
    if kept == Kept::Again {
        return Ok((name, kept));
    }
    free(change, certified, None).await?;
    let done = sqlx::query(
        "INSERT INTO institution (name, serial, public_key, enrolled) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (name) DO UPDATE SET serial = excluded.serial, \
         public_key = excluded.public_key, enrolled = excluded.enrolled, revoked = NULL \
         WHERE institution.revoked IS NOT NULL",
    )
    .bind(name.as_str())
    .bind(&certified.serial[..])
    .bind(&certified.public_key[..])
    .bind(now.0)
    .execute(change.connection())
    .await?;
    if done.rows_affected() == 1 {
        Ok((name, kept))
    } else {
        Err(EnrolError::Taken { what: Taken::Name })
    }
}

/// Replaces the certificate of an institution that is enrolled.
///
/// # Errors
///
/// If it is not enrolled, or key or serial number are somebody else's.
pub async fn renew(
    change: &mut Change,
    name: &PartyId,
    certified: &Certified,
) -> Result<(), EnrolError> {
    free(change, certified, Some(name)).await?;
    let done = sqlx::query(
        "UPDATE institution SET serial = $2, public_key = $3 WHERE name = $1 AND revoked IS NULL",
    )
    .bind(name.as_str())
    .bind(&certified.serial[..])
    .bind(&certified.public_key[..])
    .execute(change.connection())
    .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(EnrolError::NotEnrolled {
            name: name.to_string(),
        })
    }
}

/// Shuts an institution out.
///
/// # Errors
///
/// If it is not enrolled, or was shut out before.
pub async fn revoke(change: &mut Change, name: &PartyId, now: UnixTime) -> Result<(), EnrolError> {
    let query = "UPDATE institution SET revoked = $2 WHERE name = $1 AND revoked IS NULL";
    let query = sqlx::query(query).bind(name.as_str()).bind(now.0);
    if query.execute(change.connection()).await?.rows_affected() == 1 {
        Ok(())
    } else {
        Err(EnrolError::NotEnrolled {
            name: name.to_string(),
        })
    }
}

/// Gives all institutions by name, those that were shut out too.
///
/// # Errors
///
/// If they can't be read.
pub async fn all(store: &Store) -> Result<Vec<Institution>, StoreError> {
    let query = sqlx::query("SELECT * FROM institution ORDER BY name");
    query
        .fetch_all(store.readers())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Sees that key and serial number are nobody else's, of those that were shut out neither.
async fn free(
    change: &mut Change,
    certified: &Certified,
    holder: Option<&PartyId>,
) -> Result<(), EnrolError> {
    let rows = sqlx::query("SELECT * FROM institution WHERE public_key = $1 OR serial = $2")
        .bind(&certified.public_key[..])
        .bind(&certified.serial[..])
        .fetch_all(change.connection())
        .await?;
    for row in &rows {
        let other = read(row)?;
        if holder != Some(&other.name) {
            let same_key = other.certified.public_key == certified.public_key;
            let what = if same_key { Taken::Key } else { Taken::Serial };
            return Err(EnrolError::Taken { what });
        }
    }
    Ok(())
}

fn read(row: &AnyRow) -> Result<Institution, StoreError> {
    let certified = Certified {
        serial: row.bytes("serial")?,
        public_key: row.bytes("public_key")?,
    };
    Ok(Institution {
        name: row.parsed("name")?,
        certified,
        enrolled: row.time("enrolled")?,
        revoked: row.optional_time("revoked")?,
    })
}
