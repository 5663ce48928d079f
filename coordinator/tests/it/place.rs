//! A place for one test's store.

use std::sync::atomic::{AtomicU32, Ordering};

use consilium_base::Seed;
use consilium_coordinator::store::{self, Store};
use consilium_journal::StudyName;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use tempfile::TempDir;

use crate::postgres;

/// Where a test's store is; gone when dropped.
pub(crate) struct Place {
    /// What an operator would write into the configuration.
    pub(crate) location: String,
    _folder: Option<TempDir>,
}

pub(crate) fn sqlite() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let location = folder.path().join("state").to_str().unwrap().to_owned();
    Place {
        location,
        _folder: Some(folder),
    }
}

/// Makes a database of its own, if there is a server.
pub(crate) async fn postgres() -> Option<Place> {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let server = postgres::server()?;
    let name = format!("test_{}", MADE.fetch_add(1, Ordering::Relaxed));
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&server.url("postgres"))
        .await
        .unwrap();
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(create)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    Some(Place {
        location: server.url(&name),
        _folder: None,
    })
}

/// Opens a coordinator's store, making it where there is none.
pub(crate) async fn open(location: &str) -> Store {
    let owner = "coordinator".parse().unwrap();
    store::create(
        &location.parse().unwrap(),
        &owner,
        Seed::from_bytes([7; 32]),
    )
    .await
    .unwrap()
}

/// Keeps a study to which other things can belong.
pub(crate) async fn with_study(location: &str) -> (Store, StudyName) {
    let store = open(location).await;
    let name: StudyName = "heart-disease".parse().unwrap();
    let mut change = store.begin().await.unwrap();
    let new = store::studies::NewStudy {
        name: &name,
        plan_hash: &[1; 32],
        plan: b"[study]",
        state: r#"{"state":"submitted"}"#,
        submitted: consilium_journal::UnixTime(100),
    };
    store::studies::submit(&mut change, new).await.unwrap();
    change.commit().await.unwrap();
    (store, name)
}
