//! The journal, kept together with what it tells of.

use std::sync::PoisonError;

use consilium_journal::{Body, Chain, Entry, Head, Record, Salt, StudyName, export};
use sqlx::any::AnyRow;

use crate::{Change, Store, StoreError, columns::Columns as _};

impl Change {
    /// Adds an entry to the journal and gives the new head.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub async fn log(&mut self, entry: &Entry) -> Result<Head, StoreError> {
        let query = sqlx::query("SELECT entries, hash FROM journal_head WHERE place = 1");
        let row = query.fetch_one(self.connection()).await?;
        let mut chain = Chain::resume(head(&row)?);
        let record = {
            let mut salts = self
                .store
                .salts()
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            chain.append(entry.clone(), &mut *salts)
        };
        self.write(&record).await?;
        Ok(record.head())
    }

    async fn write(&mut self, record: &Record) -> Result<(), StoreError> {
        let Body::Open { entry, salt } = &record.body else {
            return Ok(());
        };
        let seq = i64::try_from(record.seq).map_err(|_| StoreError::corrupted("journal_head"))?;
        let text = serde_json::to_string(entry).expect("texts and numbers always serialise");
        sqlx::query(
            "INSERT INTO journal (seq, study, entry, salt, head) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(seq)
        .bind(entry.study.as_ref().map(|study| study.as_str().to_owned()))
        .bind(text)
        .bind(&salt.0[..])
        .bind(&record.head[..])
        .execute(self.connection())
        .await?;
        sqlx::query("UPDATE journal_head SET entries = $1, hash = $2 WHERE place = 1")
            .bind(seq)
            .bind(&record.head[..])
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

impl Store {
    /// Adds an entry to the journal when nothing else changes.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub async fn log(&self, entry: &Entry) -> Result<(), StoreError> {
        let mut change = self.begin().await?;
        change.log(entry).await?;
        change.commit().await
    }

    /// Gives the journal's head.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub async fn head(&self) -> Result<Head, StoreError> {
        let query = sqlx::query("SELECT entries, hash FROM journal_head WHERE place = 1");
        head(&query.fetch_one(self.readers()).await?)
    }

    /// Gives the journal's entries on one study, those after the number `after`; entries are numbered
    /// from 1.
    ///
    /// # Errors
    ///
    /// If they can't be read.
    pub async fn journal_of(
        &self,
        study: &StudyName,
        after: u64,
    ) -> Result<Vec<Record>, StoreError> {
        // The store can't have more.
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let query = sqlx::query("SELECT * FROM journal WHERE study = $1 AND seq > $2 ORDER BY seq");
        let query = query.bind(study.as_str()).bind(after);
        let rows = query.fetch_all(self.readers()).await?;
        rows.iter().map(record).collect()
    }

    /// Gives the whole journal.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub async fn journal(&self) -> Result<Vec<Record>, StoreError> {
        let query = sqlx::query("SELECT * FROM journal ORDER BY seq");
        query
            .fetch_all(self.readers())
            .await?
            .iter()
            .map(record)
            .collect()
    }

    /// Writes the whole journal as a file that anybody can verify.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub async fn export_journal(&self) -> Result<String, StoreError> {
        let query = sqlx::query("SELECT owner FROM journal_head WHERE place = 1");
        let owner = query.fetch_one(self.readers()).await?.text("owner")?;
        Ok(export(&owner, &self.journal().await?))
    }
}

fn head(row: &AnyRow) -> Result<Head, StoreError> {
    Ok(Head {
        seq: row.count("entries")?,
        hash: row.array("hash")?,
    })
}

fn record(row: &AnyRow) -> Result<Record, StoreError> {
    let text = row.text("entry")?;
    let entry = serde_json::from_str(&text).map_err(|_| crate::columns::damaged("entry"))?;
    let body = Body::Open {
        entry,
        salt: Salt(row.array("salt")?),
    };
    Ok(Record {
        seq: row.count("seq")?,
        body,
        head: row.array("head")?,
    })
}
