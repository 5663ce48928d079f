//! What is left in files of what was deleted.

use std::{fs, path::Path};

use consilium_store::{Step, Store, StoreError, settings};

use crate::open;

const SEED: [u8; 32] = *b"nobody has drawn this seed, ever";

const STEPS: [Step; 1] = [Step {
    number: 1000,
    name: "secret",
    sql: "CREATE TABLE secret (seed BYTEA NOT NULL)",
}];

/// Opens a store that has forgotten a seed, many changes after it was drawn.
async fn forgetful(folder: &Path) -> Store {
    let store = open(folder, "a", &STEPS).await.unwrap();
    let mut change = store.begin().await.unwrap();
    let query = sqlx::query("INSERT INTO secret (seed) VALUES ($1)");
    let query = query.bind(&SEED[..]);
    query.execute(change.connection()).await.unwrap();
    change.commit().await.unwrap();
    for number in 0..300 {
        let mut change = store.begin().await.unwrap();
        let value = format!("{number}").repeat(100);
        settings::set(&mut change, "name", &value).await.unwrap();
        change.commit().await.unwrap();
    }
    let mut change = store.begin().await.unwrap();
    let query = sqlx::query("DELETE FROM secret");
    query.execute(change.connection()).await.unwrap();
    change.commit().await.unwrap();
    store
}

/// In how many files of a folder the seed stands.
fn files_with_the_seed(folder: &Path) -> usize {
    let files = fs::read_dir(folder).unwrap();
    let contents = files.map(|file| fs::read(file.unwrap().path()).unwrap());
    contents
        .filter(|bytes| bytes.windows(SEED.len()).any(|window| window == SEED))
        .count()
}

#[tokio::test]
async fn a_deleted_seed_is_in_no_file_once_it_is_wiped() {
    let folder = tempfile::tempdir().unwrap();
    let store = forgetful(folder.path()).await;
    assert_ne!(files_with_the_seed(folder.path()), 0, "nothing to wipe");
    store.wipe().await.unwrap();
    assert_eq!(files_with_the_seed(folder.path()), 0);
}

#[tokio::test]
async fn a_seed_that_a_crash_left_is_in_no_file_after_the_next_start() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let _running = forgetful(folder.path()).await;
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    assert_ne!(files_with_the_seed(copy.path()), 0, "nothing to wipe");
    let _started = open(copy.path(), "a", &STEPS).await.unwrap();
    assert_eq!(files_with_the_seed(copy.path()), 0);
}

#[tokio::test]
async fn changes_go_on_beside_wiping() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a", &[]).await.unwrap();
    let changing = async {
        for number in 0..20 {
            let mut change = store.begin().await?;
            settings::set(&mut change, "name", &number.to_string()).await?;
            change.commit().await?;
        }
        Ok::<_, StoreError>(())
    };
    let wiping = async {
        for _ in 0..20 {
            store.wipe().await?;
        }
        Ok(())
    };
    tokio::try_join!(changing, wiping).unwrap();
    let kept = settings::get(&store, "name").await.unwrap();
    assert_eq!(kept.as_deref(), Some("19"));
}
