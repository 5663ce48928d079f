//! Data sets and their versions.

use consilium_journal::UnixTime;
use consilium_participant::store::data_sets::{self, DataSet, Registered};
use consilium_plan::DataVersion;

use crate::{begin, opened};

fn cleveland(version: u8) -> DataSet {
    DataSet {
        name: "cleveland".to_owned(),
        path: "/srv/data/克利夫兰.csv".to_owned(),
        schema: "[[column]]".to_owned(),
        version: DataVersion([version; 32]),
        rows: 303,
        registered: UnixTime(100 + i64::from(version)),
    }
}

#[tokio::test]
async fn a_changed_file_is_a_new_version() {
    let (store, _, _folder) = opened().await;
    let before = DataVersion([1; 32]);
    let expected = [
        (cleveland(1), Registered::New),
        (cleveland(1), Registered::Unchanged),
        (cleveland(2), Registered::Replaced { before }),
        (
            cleveland(1),
            Registered::Replaced {
                before: DataVersion([2; 32]),
            },
        ),
    ];
    for (data_set, came_to) in expected {
        let mut change = begin(&store).await;
        assert_eq!(
            data_sets::register(&mut change, &data_set).await.unwrap(),
            came_to
        );
        change.commit().await.unwrap();
        let found = data_sets::find(&store, "cleveland").await.unwrap().unwrap();
        assert_eq!(found, data_set);
    }
    assert_eq!(data_sets::all(&store).await.unwrap(), [cleveland(1)]);
}

#[tokio::test]
async fn a_file_that_moved_is_the_same_version() {
    let (store, _, _folder) = opened().await;
    let moved = DataSet {
        path: "/srv/elsewhere.csv".to_owned(),
        ..cleveland(1)
    };
    let mut change = begin(&store).await;
    data_sets::register(&mut change, &cleveland(1))
        .await
        .unwrap();
    assert_eq!(
        data_sets::register(&mut change, &moved).await.unwrap(),
        Registered::Moved
    );
    change.commit().await.unwrap();
    assert_eq!(data_sets::all(&store).await.unwrap(), [moved]);
}

#[tokio::test]
async fn a_removed_data_set_is_gone_until_registered_again() {
    let (store, _, _folder) = opened().await;
    let mut change = begin(&store).await;
    for version in [1, 2] {
        data_sets::register(&mut change, &cleveland(version))
            .await
            .unwrap();
    }
    assert!(
        data_sets::remove(&mut change, "cleveland", UnixTime(300))
            .await
            .unwrap()
    );
    assert!(
        !data_sets::remove(&mut change, "cleveland", UnixTime(300))
            .await
            .unwrap()
    );
    change.commit().await.unwrap();
    assert_eq!(data_sets::find(&store, "cleveland").await.unwrap(), None);
    assert_eq!(data_sets::all(&store).await.unwrap(), []);

    let mut change = begin(&store).await;
    let again = data_sets::register(&mut change, &cleveland(2))
        .await
        .unwrap();
    change.commit().await.unwrap();
    assert_eq!(again, Registered::New);
    assert_eq!(data_sets::all(&store).await.unwrap(), [cleveland(2)]);
}
