//! A database that is not there, or goes away.

use consilium_base::Seed;
use consilium_coordinator::store::{self, StoreError, settings};
use consilium_mailbox::Fault;

use crate::place::{self, open};

async fn refused(location: &str) -> StoreError {
    let owner = "coordinator".parse().unwrap();
    let location = location.parse().unwrap();
    store::create(&location, &owner, Seed::from_bytes([7; 32]))
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let error = refused("postgres://me:secret@localhost/db?host=/nowhere").await;
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    assert_eq!(error.fault(), Fault::Network);
    assert!(!format!("{error:?} {error}").contains("secret"));
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named() {
    let Some(place) = place::postgres().await else {
        return;
    };
    let error = refused(&place.location.replace("/test_", "/nowhere_")).await;
    assert!(error.to_string().contains("does not exist"), "{error}");
}

#[tokio::test]
async fn a_lost_connection_undoes_the_change_and_no_more() {
    let Some(place) = place::postgres().await else {
        return;
    };
    let store = open(&place.location).await;
    let mut change = store.begin().await.unwrap();
    settings::set(&mut change, "name", "value").await.unwrap();
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::raw_sql(others)
        .execute(store.readers())
        .await
        .unwrap();

    let error = settings::set(&mut change, "name", "other")
        .await
        .unwrap_err();

    assert!(matches!(error, StoreError::ConnectionLost), "{error}");
    drop(change);
    assert_eq!(settings::get(&store, "name").await.unwrap(), None);
    let mut change = store.begin().await.unwrap();
    settings::set(&mut change, "name", "kept").await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(
        settings::get(&store, "name").await.unwrap().as_deref(),
        Some("kept")
    );
}
