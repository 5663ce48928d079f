use std::fs;

use consilium_plan::DataVersion;
use consilium_psi::Spill as _;

use super::*;
use crate::home::sample;

fn scope(version: DataVersion, peer: &str, quarter: &str) -> KeyScope {
    KeyScope {
        data_set: "patients".to_owned(),
        version,
        peer: peer.parse().unwrap(),
        quarter: quarter.to_owned(),
    }
}

#[tokio::test]
async fn each_purview_has_a_key_of_its_own_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _said) = sample::home(folder.path(), Vec::new()).await;
    let version = DataVersion([1; 32]);
    let key = async |of: KeyScope| home.query_key(of).await.unwrap();
    let first = key(scope(version, "b", "2027-q1")).await;
    let again = key(scope(version, "b", "2027-q1")).await;
    assert_eq!(first.seed.expose(), again.seed.expose());
    for other in [
        scope(DataVersion([2; 32]), "b", "2027-q1"),
        scope(version, "c", "2027-q1"),
        scope(version, "b", "2027-q2"),
        KeyScope {
            data_set: "members".to_owned(),
            ..scope(version, "b", "2027-q1")
        },
    ] {
        let other = key(other).await;
        assert_ne!(first.seed.expose(), other.seed.expose());
        assert_ne!(first.context, other.context);
    }
}

#[tokio::test]
async fn tables_go_with_their_quarter_and_with_their_version() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _said) = sample::home(folder.path(), Vec::new()).await;
    sample::write_rows(&home, 30);
    let version = sample::register(&home).await;
    let now = Quarter::of(home.ambient.now());
    let past = Quarter {
        year: now.year - 1,
        ..now
    };
    let kept = home.query_key(scope(version, "b", &now.to_string())).await;
    let kept = kept.unwrap();
    let mut gone = Vec::new();
    for (version, quarter) in [(DataVersion([9; 32]), now), (version, past)] {
        let key = scope(version, "b", &quarter.to_string());
        gone.push(home.query_key(key).await.unwrap());
    }
    let holder = "c".parse().unwrap();
    let all = || {
        let own = [&kept, &gone[0], &gone[1]].map(|key| home.own_table(key).0);
        let fetched = [now, past].map(|quarter| home.fetched_table(&holder, "people", quarter).0);
        own.into_iter().chain(fetched)
    };
    for mut table in all() {
        table.write("table-0", b"x").unwrap();
    }
    fs::write(home.own_tables().join("0"), "stray").unwrap();
    let left = || -> Vec<bool> {
        all()
            .map(|mut table| table.read("table-0").unwrap().is_some())
            .collect()
    };

    let of_version = home.own_table(&gone[0]).1;
    let of_quarter = home.fetched_table(&holder, "people", past).1;
    home.clear_tables().await;
    assert_eq!(left(), [true, true, false, true, true], "runs use them");
    drop(of_version);
    home.clear_tables().await;
    assert_eq!(left(), [true, false, false, true, true]);
    drop(of_quarter);
    home.clear_tables().await;
    assert_eq!(left(), [true, false, false, true, false]);
}

#[tokio::test]
async fn a_key_ends_with_its_quarter() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _said) = sample::home(folder.path(), Vec::new()).await;
    let now = Quarter::of(home.ambient.now());
    let next = Quarter {
        year: now.year + 1,
        ..now
    };
    let key = async |quarter: &str| {
        let of = scope(DataVersion([1; 32]), "b", quarter);
        *home.query_key(of).await.unwrap().seed.expose()
    };
    let (past, present, to_come) = ("2000-q4", &now.to_string(), &next.to_string());
    let before = [key(past).await, key(present).await, key(to_come).await];
    home.clear_tables().await;
    let after = [key(past).await, key(present).await, key(to_come).await];
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1..], after[1..]);
}

#[tokio::test]
async fn the_seed_of_a_quarter_that_has_passed_is_in_no_file_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _said) = sample::home(folder.path(), Vec::new()).await;
    let of = scope(DataVersion([1; 32]), "b", "2000-q4");
    home.query_key(of).await.unwrap();
    let drawn = sqlx::query_scalar("SELECT seed FROM secret");
    let seed: Vec<u8> = drawn.fetch_one(home.store.readers()).await.unwrap();
    let holding = || {
        let files = fs::read_dir(&home.state).unwrap();
        let contents = files.filter_map(|file| fs::read(file.unwrap().path()).ok());
        let has = |bytes: &Vec<u8>| bytes.windows(seed.len()).any(|window| window == seed);
        contents.filter(has).count()
    };
    assert_ne!(holding(), 0, "nothing to wipe");
    home.clear_tables().await;
    assert_eq!(holding(), 0);
}
