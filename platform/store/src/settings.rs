//! Small things to remember, by name.

use crate::{Change, Store, StoreError, columns::Columns as _};

/// Remembers a value.
///
/// # Errors
///
/// If it can't be written.
pub async fn set(change: &mut Change, name: &str, value: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO setting (name, value) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Gives the value last remembered.
///
/// # Errors
///
/// If it can't be read.
pub async fn get(store: &Store, name: &str) -> Result<Option<String>, StoreError> {
    let query = sqlx::query("SELECT value FROM setting WHERE name = $1").bind(name);
    let row = query.fetch_optional(store.readers()).await?;
    row.map(|row| row.text("value")).transpose()
}
