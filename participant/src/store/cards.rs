//! Scorecards of the own data sets.

use consilium_journal::UnixTime;
use consilium_scorecard::{PurposeName, Signed};
use consilium_store::{
    Change, Store, StoreError,
    columns::{Columns as _, damaged},
};
use sqlx::any::AnyRow;

/// Keeps a card in the place of an earlier one of the data set for the same purpose.
///
/// # Errors
///
/// If it can't be written.
pub async fn keep(change: &mut Change, signed: &Signed, now: UnixTime) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO scorecard (data_set, purpose, card, added) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (data_set, purpose) DO UPDATE SET card = excluded.card, added = excluded.added",
    )
    .bind(&signed.card.data_set)
    .bind(key(&signed.card.purpose))
    .bind(crate::wire::json(signed))
    .bind(now.0)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Removes all cards of a data set; tells whether there were any.
///
/// # Errors
///
/// If it can't be written.
pub async fn remove(change: &mut Change, data_set: &str) -> Result<bool, StoreError> {
    let query = sqlx::query("DELETE FROM scorecard WHERE data_set = $1").bind(data_set);
    let gone = query.execute(change.connection()).await?;
    Ok(gone.rows_affected() > 0)
}

/// Gives the card of a data set for a purpose.
///
/// # Errors
///
/// If it can't be read.
pub async fn find(
    store: &Store,
    data_set: &str,
    purpose: &PurposeName,
) -> Result<Option<Signed>, StoreError> {
    let query = "SELECT * FROM scorecard WHERE data_set = $1 AND purpose = $2";
    let found = sqlx::query(query).bind(data_set).bind(key(purpose));
    let found = found.fetch_optional(store.readers()).await?;
    found.as_ref().map(read).transpose()
}

/// Gives all cards, by data set and purpose.
///
/// # Errors
///
/// If they can't be read.
pub async fn all(store: &Store) -> Result<Vec<Signed>, StoreError> {
    let query = sqlx::query("SELECT * FROM scorecard ORDER BY data_set, purpose");
    let rows = query.fetch_all(store.readers()).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Signed, StoreError> {
    Signed::from_json(&row.text("card")?).map_err(|_| damaged("card"))
}

/// Names a purpose as no version of the program changes it.
fn key(purpose: &PurposeName) -> String {
    format!("{}@{}", purpose.id(), purpose.hash())
}
