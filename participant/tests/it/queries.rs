//! Queries of other institutions, counted before they are answered.

use consilium_journal::{StudyName, UnixTime};
use consilium_participant::store::{
    Store, peers,
    queries::{self, Asked, Counted, KeyScope, QueryError, Used},
    studies::{self, NewStudy},
};
use consilium_plan::DataVersion;

use crate::{begin, open, opened};

const MOST: u32 = 100;

fn of(peer: &str, quarter: &str) -> KeyScope {
    KeyScope {
        data_set: "members".to_owned(),
        version: DataVersion([7; 32]),
        peer: peer.parse().unwrap(),
        quarter: quarter.to_owned(),
    }
}

fn asked(study: &StudyName, digest: u8, number: u32) -> Asked {
    Asked {
        study: study.clone(),
        digest: [digest; 32],
        number,
        at: UnixTime(900 + i64::from(digest)),
    }
}

async fn count(store: &Store, of: &KeyScope, asked: &Asked) -> Result<Counted, QueryError> {
    let mut change = begin(store).await;
    let counted = queries::count(&mut change, of, asked, MOST).await?;
    change.commit().await?;
    Ok(counted)
}

#[tokio::test]
async fn as_many_queries_are_answered_as_the_plan_says_and_a_repeated_run_for_nothing() {
    let (store, study, folder) = opened().await;
    let key = of("b", "2027-q1");
    let first = count(&store, &key, &asked(&study, 1, 60)).await.unwrap();
    assert_eq!((first.used, first.is_new), (60, true));
    store.close().await;

    let store = open(&folder).await;
    let again = count(&store, &key, &asked(&study, 1, 60)).await.unwrap();
    assert_eq!((again.used, again.is_new), (60, false));
    let error = count(&store, &key, &asked(&study, 2, 41))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "60 queries were asked, 100 may be");
    let last = count(&store, &key, &asked(&study, 3, 40)).await.unwrap();
    assert_eq!((last.used, last.is_new), (100, true));
    let again = count(&store, &key, &asked(&study, 1, 60)).await.unwrap();
    assert_eq!((again.used, again.is_new), (100, false));
}

#[tokio::test]
async fn another_version_of_a_data_set_has_what_is_left_and_no_count_of_its_own() {
    let (store, study, _folder) = opened().await;
    let old = of("b", "2027-q1");
    let mut new = old.clone();
    new.version = DataVersion([8; 32]);
    count(&store, &old, &asked(&study, 1, 60)).await.unwrap();
    let error = count(&store, &new, &asked(&study, 2, 41)).await;
    let told = error.unwrap_err().to_string();
    assert_eq!(told, "60 queries were asked, 100 may be");
    // What was asked under the key of one version is not answered for nothing under another's.
    let counted = count(&store, &new, &asked(&study, 1, 30)).await.unwrap();
    assert_eq!((counted.used, counted.is_new), (90, true));
    let again = count(&store, &old, &asked(&study, 1, 60)).await.unwrap();
    assert_eq!((again.used, again.is_new), (90, false));
    let shown = queries::all(&store).await.unwrap().into_iter();
    let mut each: Vec<_> = shown.map(|used| (used.of.version, used.number)).collect();
    each.sort_by_key(|(_, number)| *number);
    assert_eq!(each, [(new.version, 30), (old.version, 60)]);
}

#[tokio::test]
async fn what_was_asked_in_another_study_is_counted_again() {
    let (store, first, _folder) = opened().await;
    let second: StudyName = "kidney-disease".parse().unwrap();
    let mut change = begin(&store).await;
    let new = NewStudy {
        name: &second,
        plan_hash: &[2; 32],
        plan: b"[study]",
        state: "{}",
        submitted: UnixTime(100),
    };
    studies::submit(&mut change, new).await.unwrap();
    change.commit().await.unwrap();
    let key = of("b", "2027-q1");
    for (study, used, is_new) in [
        (&first, 40, true),
        (&second, 80, true),
        (&first, 80, false),
        (&second, 80, false),
    ] {
        let counted = count(&store, &key, &asked(study, 1, 40)).await.unwrap();
        assert_eq!((counted.used, counted.is_new), (used, is_new));
    }
    let [shown] = &queries::all(&store).await.unwrap()[..] else {
        panic!("there is one key");
    };
    assert_eq!((shown.number, shown.studies), (80, 2));
}

#[tokio::test]
async fn other_names_of_a_version_or_of_a_peer_have_no_count_of_their_own() {
    let (store, study, _folder) = opened().await;
    let mut change = begin(&store).await;
    for (name, key) in [("b", 1), ("b2", 1), ("c", 3)] {
        let (name, key) = (name.parse().unwrap(), [key; 32]);
        let learnt = peers::learn(&mut change, &name, &key, UnixTime(1)).await;
        learnt.unwrap();
    }
    change.commit().await.unwrap();
    let renamed = KeyScope {
        data_set: "customers".to_owned(),
        ..of("b", "2027-q1")
    };
    for (digest, key, used) in [
        (1, of("b", "2027-q1"), 30),
        (2, renamed, 60),
        (3, of("b2", "2027-q1"), 90),
        (4, of("c", "2027-q1"), 30),
        (5, of("d", "2027-q1"), 30),
    ] {
        let counted = count(&store, &key, &asked(&study, digest, 30)).await;
        assert_eq!(counted.unwrap().used, used, "{digest}");
    }
}

#[tokio::test]
async fn each_data_set_peer_and_quarter_has_its_own_count() {
    let (store, study, _folder) = opened().await;
    let mut others = of("b", "2027-q1");
    others.data_set = "claims".to_owned();
    others.version = DataVersion([9; 32]);
    for (digest, key) in [
        (1, of("b", "2027-q1")),
        (2, of("c", "2027-q1")),
        (3, of("b", "2027-q2")),
        (4, others.clone()),
    ] {
        let counted = count(&store, &key, &asked(&study, digest, 100)).await;
        assert_eq!(counted.unwrap().used, 100);
    }
    let used = |of, last| Used {
        of,
        number: 100,
        studies: 1,
        last: UnixTime(last),
    };
    let expected = [
        used(others, 904),
        used(of("b", "2027-q2"), 903),
        used(of("c", "2027-q1"), 902),
        used(of("b", "2027-q1"), 901),
    ];
    assert_eq!(queries::all(&store).await.unwrap(), expected);
}
