//! What is wrong with a state folder is named.

use std::{fs, io::Write as _};

use consilium_base::Seed;
use consilium_mailbox::Fault;
use consilium_store::{Location, Opening, Step, Store, StoreError, settings};

use crate::open;

const STEP: Step = Step {
    number: 1000,
    name: "own",
    sql: "CREATE TABLE own (x BIGINT NOT NULL)",
};

#[tokio::test]
async fn a_state_of_a_later_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), "a", &[STEP])
        .await
        .unwrap()
        .close()
        .await;
    let error = open(folder.path(), "a", &[]).await.unwrap_err();
    assert!(
        matches!(error, StoreError::SchemaNewer { step: 1000 }),
        "{error}"
    );
}

#[tokio::test]
async fn a_step_that_was_changed_afterwards_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), "a", &[STEP])
        .await
        .unwrap()
        .close()
        .await;
    let other = Step {
        sql: "CREATE TABLE own (y BIGINT NOT NULL)",
        ..STEP
    };
    let error = open(folder.path(), "a", &[other]).await.unwrap_err();
    assert!(
        matches!(error, StoreError::SchemaChanged { step: 1000 }),
        "{error}"
    );
}

#[tokio::test]
async fn somebody_elses_state_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), "hospital-a", &[])
        .await
        .unwrap()
        .close()
        .await;
    let error = open(folder.path(), "hospital-b", &[]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the state belongs to hospital-a, not to hospital-b"
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("state.db"), [b'x'; 8192]).unwrap();
    let error = open(folder.path(), "a", &[]).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupted { .. }), "{error}");
    assert_eq!(error.fault(), Fault::Ours);
}

#[tokio::test]
async fn overwritten_pages_are_found_on_opening() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a", &[]).await.unwrap();
    let mut change = store.begin().await.unwrap();
    for name in 0..200 {
        settings::set(&mut change, &format!("{name}"), &"x".repeat(200))
            .await
            .unwrap();
    }
    change.commit().await.unwrap();
    store.close().await;
    let path = folder.path().join("state.db");
    let mut bytes = fs::read(&path).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0xa5);
    fs::File::create(&path).unwrap().write_all(&bytes).unwrap();

    let error = open(folder.path(), "a", &[]).await.unwrap_err();

    assert!(matches!(error, StoreError::Corrupted { .. }), "{error}");
}

#[tokio::test]
async fn a_full_disk_is_named_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a", &[]).await.unwrap();
    let mut change = store.begin().await.unwrap();
    settings::set(&mut change, "before", "kept").await.unwrap();
    change.commit().await.unwrap();

    let mut change = store.begin().await.unwrap();
    sqlx::raw_sql("PRAGMA max_page_count = 1")
        .execute(change.connection())
        .await
        .unwrap();
    let full = settings::set(&mut change, "large", &"x".repeat(1 << 20))
        .await
        .unwrap_err();

    assert!(matches!(full, StoreError::DiskFull), "{full}");
    drop(change);
    assert_eq!(
        settings::get(&store, "before").await.unwrap().as_deref(),
        Some("kept")
    );
    assert_eq!(settings::get(&store, "large").await.unwrap(), None);

    let mut change = store.begin().await.unwrap();
    sqlx::raw_sql("PRAGMA max_page_count = 1000000")
        .execute(change.connection())
        .await
        .unwrap();
    settings::set(&mut change, "after", "kept").await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(
        settings::get(&store, "after").await.unwrap().as_deref(),
        Some("kept")
    );
}

#[tokio::test]
async fn a_folder_that_can_not_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = open(&folder.path().join("file/state"), "a", &[])
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Folder { .. }), "{error}");
}

#[tokio::test]
async fn a_lost_database_is_not_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("state.db");
    let (location, owner) = (
        Location::Folder(folder.path().to_owned()),
        "a".parse().unwrap(),
    );
    let lost = async || {
        let opening = Opening {
            location: &location,
            owner: &owner,
            steps: &[],
            salts: Seed::from_bytes([7; 32]),
        };
        matches!(Store::open(opening).await, Err(StoreError::Lost))
    };
    assert!(lost().await);
    assert!(!database.exists());

    open(folder.path(), "a", &[]).await.unwrap().close().await;
    assert!(!lost().await);
    fs::write(&database, []).unwrap();
    assert!(lost().await);
    fs::remove_file(&database).unwrap();
    assert!(lost().await);
}
