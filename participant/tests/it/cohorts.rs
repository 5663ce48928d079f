//! Cohorts that statistics were answered for, kept over all runs.

use consilium_journal::UnixTime;
use consilium_participant::store::cohorts::{self, Asked, Cohort};
use consilium_plan::DataVersion;

use crate::{begin, open, opened};

#[tokio::test]
async fn a_cohort_is_kept_once_for_a_study_and_version_and_outlives_the_daemon() {
    let (store, study, folder) = opened().await;
    let first = Cohort {
        asked: Asked::Statistics,
        study,
        data_set: "visits".to_owned(),
        version: DataVersion([1; 32]),
        answered: UnixTime(200),
        minimum: 10,
        imprint: Some(vec![1, 2, 3]),
    };
    let repeated = Cohort {
        answered: UnixTime(300),
        ..first.clone()
    };
    // As rows were kept before there were imprints.
    let later = Cohort {
        imprint: None,
        version: DataVersion([2; 32]),
        answered: UnixTime(400),
        ..first.clone()
    };
    let valued = Cohort {
        asked: Asked::Value,
        version: DataVersion([3; 32]),
        ..first.clone()
    };
    for (cohort, is_new) in [
        (&first, true),
        (&repeated, false),
        (&later, true),
        (&valued, true),
    ] {
        let mut change = begin(&store).await;
        assert_eq!(cohorts::keep(&mut change, cohort).await.unwrap(), is_new);
        change.commit().await.unwrap();
    }
    store.close().await;
    let store = open(&folder).await;
    let all = async |asked| cohorts::all(&store, asked).await.unwrap();
    assert_eq!(all(Asked::Statistics).await, [later, first]);
    assert_eq!(all(Asked::Value).await, [valued]);
}
