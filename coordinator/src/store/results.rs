//! What studies have led to, as named files.

use consilium_journal::{StudyName, UnixTime};
use consilium_store::{Change, Store, StoreError, columns::Columns as _};

/// A file of a study's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultFile {
    /// Of which study.
    pub study: StudyName,
    /// The file's name.
    pub name: String,
    /// What is in it.
    pub content: Vec<u8>,
    /// When it was made.
    pub made: UnixTime,
}

/// Keeps a file; one of the same name is replaced, for a step that is repeated makes it again.
///
/// # Errors
///
/// If it can't be written.
pub async fn keep(change: &mut Change, file: &ResultFile) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO result (study, name, content, made) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (study, name) DO UPDATE SET content = excluded.content, made = excluded.made",
    )
    .bind(file.study.as_str())
    .bind(&file.name)
    .bind(&file.content[..])
    .bind(file.made.0)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Gives the files of a study by name.
///
/// # Errors
///
/// If they can't be read.
pub async fn of(store: &Store, study: &StudyName) -> Result<Vec<ResultFile>, StoreError> {
    let query = sqlx::query("SELECT * FROM result WHERE study = $1 ORDER BY name");
    let rows = query
        .bind(study.as_str())
        .fetch_all(store.readers())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(ResultFile {
                study: row.parsed("study")?,
                name: row.text("name")?,
                content: row.bytes("content")?,
                made: row.time("made")?,
            })
        })
        .collect()
}
