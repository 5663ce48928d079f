//! Who may use a state folder, and in which order.

use std::os::unix::fs::PermissionsExt as _;

use consilium_journal::{Entry, Kind, UnixTime, verify};
use consilium_store::{BadLocation, Location, StoreError, settings};
use sqlx::Row as _;

use crate::open;

#[tokio::test]
async fn two_daemons_can_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), "a", &[]).await.unwrap();
    let error = open(folder.path(), "a", &[]).await.unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    first.close().await;
    open(folder.path(), "a", &[]).await.unwrap();
}

#[tokio::test]
async fn nobody_else_may_read_the_state() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("状态 #1?");
    let _store = open(&state, "a", &[]).await.unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o700);
    for file in std::fs::read_dir(&state).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert!(state.join("state.db").exists());
}

#[tokio::test]
async fn every_connection_writes_through_to_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a", &[]).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut connection = store.readers().acquire().await.unwrap();
        let mut pragma = async |query| -> String {
            let row = sqlx::query(query)
                .fetch_one(&mut *connection)
                .await
                .unwrap();
            row.try_get(0)
                .or_else(|_| row.try_get::<i64, _>(0).map(|n| n.to_string()))
                .unwrap()
        };
        assert_eq!(pragma("PRAGMA journal_mode").await, "wal");
        assert_eq!(pragma("PRAGMA synchronous").await, "2");
        assert_eq!(pragma("PRAGMA foreign_keys").await, "1");
        held.push(connection);
    }
}

#[tokio::test]
async fn a_change_without_commit_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a", &[]).await.unwrap();
    let mut change = store.begin().await.unwrap();
    settings::set(&mut change, "name", "value").await.unwrap();
    change
        .log(&Entry::new(UnixTime(1), Kind::STATE))
        .await
        .unwrap();
    drop(change);
    assert_eq!(settings::get(&store, "name").await.unwrap(), None);
    assert_eq!(store.head().await.unwrap().seq, 0);
}

#[tokio::test]
async fn changes_made_at_once_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a", &[]).await.unwrap();
    let changes: Vec<_> = (0..40)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut change = store.begin().await.unwrap();
                let entry = Entry::new(UnixTime(number), Kind::RUN).with("number", number);
                change.log(&entry).await.unwrap();
                if number % 4 == 0 {
                    return;
                }
                change.commit().await.unwrap();
            })
        })
        .collect();
    for change in changes {
        change.await.unwrap();
    }
    let export = store.export_journal().await.unwrap();
    let verification = verify(export.as_bytes()).unwrap();
    assert_eq!((verification.flaw(), verification.entries()), (None, 30));
}

#[test]
fn a_location_is_a_folder_or_a_database() {
    assert_eq!(
        "/var/lib/x".parse(),
        Ok(Location::Folder("/var/lib/x".into()))
    );
    let database: Location = "postgres://me:secret@db/consilium".parse().unwrap();
    assert!(!format!("{database:?}").contains("secret"));
    assert_eq!("mysql://db".parse::<Location>(), Err(BadLocation));
}
