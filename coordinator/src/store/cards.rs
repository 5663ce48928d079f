//! What institutions show of their data sets' scorecards.

use consilium_journal::UnixTime;
use consilium_mailbox::PartyId;
use consilium_store::{Change, Store, StoreError, columns::Columns as _};
use sqlx::any::AnyRow;

/// The public part of a card, as an institution shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCard {
    /// The institution.
    pub institution: PartyId,
    /// The public part with its signature, JSON.
    pub card: String,
    /// The steward's key, for which the institution vouches.
    pub steward: Vec<u8>,
    /// When it came.
    pub received: UnixTime,
}

/// Takes all that an institution shows, in the place of what it showed before.
///
/// # Errors
///
/// If it can't be written.
pub async fn replace(
    change: &mut Change,
    institution: &PartyId,
    shown: &[ShownCard],
) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM scorecard WHERE institution = $1");
    let query = query.bind(institution.as_str());
    query.execute(change.connection()).await?;
    for (place, card) in (0_i64..).zip(shown) {
        sqlx::query(
            "INSERT INTO scorecard (institution, place, card, steward, received) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(institution.as_str())
        .bind(place)
        .bind(&card.card)
        .bind(&card.steward[..])
        .bind(card.received.0)
        .execute(change.connection())
        .await?;
    }
    Ok(())
}

/// Gives all that is shown, by institution.
///
/// # Errors
///
/// If it can't be read.
pub async fn all(store: &Store) -> Result<Vec<ShownCard>, StoreError> {
    let query = sqlx::query("SELECT * FROM scorecard ORDER BY institution, place");
    let rows = query.fetch_all(store.readers()).await?;
    rows.iter().map(read).collect()
}

/// Gives what one institution shows.
///
/// # Errors
///
/// If it can't be read.
pub async fn of(store: &Store, institution: &PartyId) -> Result<Vec<ShownCard>, StoreError> {
    let query = sqlx::query("SELECT * FROM scorecard WHERE institution = $1 ORDER BY place");
    let query = query.bind(institution.as_str());
    let rows = query.fetch_all(store.readers()).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<ShownCard, StoreError> {
    Ok(ShownCard {
        institution: row.parsed("institution")?,
        card: row.text("card")?,
        steward: row.bytes("steward")?,
        received: row.time("received")?,
    })
}
