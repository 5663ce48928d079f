//! Tests of the participant.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod alignments;
mod book;
mod cohorts;
mod data_sets;
mod federation;
mod noised;
mod peers;
mod plain_sets;
mod queries;
mod runs;
mod samples;

use consilium_base::Seed;
use consilium_journal::{StudyName, UnixTime};
use consilium_participant::store::{
    self, Change, Store,
    studies::{self, NewStudy},
};
use tempfile::TempDir;

/// A store with a study in it; gone with the folder.
async fn opened() -> (Store, StudyName, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let name: StudyName = "heart-disease".parse().unwrap();
    let mut change = store.begin().await.unwrap();
    let (plan, submitted) = (b"[study]", UnixTime(100));
    let new = NewStudy {
        name: &name,
        plan_hash: &[1; 32],
        plan,
        state: "{}",
        submitted,
    };
    studies::submit(&mut change, new).await.unwrap();
    change.commit().await.unwrap();
    (store, name, folder)
}

async fn open(folder: &TempDir) -> Store {
    let institution = "hospital-a".parse().unwrap();
    store::create(folder.path(), &institution, Seed::from_bytes([7; 32]))
        .await
        .unwrap()
}

async fn begin(store: &Store) -> Change {
    store.begin().await.unwrap()
}
