//! Opened sums and results, on both engines.

use std::collections::BTreeSet;

use consilium_coordinator::store::{
    Kept,
    openings::{self, OpenedSum, OpeningError},
    results::{self, ResultFile},
};
use consilium_journal::{StudyName, UnixTime};

use crate::place::{Place, with_study};

crate::on_both_engines!(
    a_sum_is_opened_once,
    opened_sums_are_given_back,
    a_repeated_step_replaces_its_result,
);

fn opened(study: &StudyName, number: u32, contributors: &[&str]) -> OpenedSum {
    OpenedSum {
        study: study.clone(),
        number,
        contributors: contributors
            .iter()
            .map(|name| name.parse().unwrap())
            .collect(),
        sum: vec![0, 255, 7],
        opened: UnixTime(200),
    }
}

async fn a_sum_is_opened_once(place: Place) {
    let (store, name) = with_study(&place.location).await;
    let first = opened(&name, 3, &["a", "b", "c", "d"]);
    let mut change = store.begin().await.unwrap();
    assert_eq!(
        openings::keep(&mut change, &first).await.unwrap(),
        Kept::First
    );
    change.commit().await.unwrap();

    let mut change = store.begin().await.unwrap();
    let later = OpenedSum {
        opened: UnixTime(300),
        ..first.clone()
    };
    assert_eq!(
        openings::keep(&mut change, &later).await.unwrap(),
        Kept::Again
    );
    let fewer = opened(&name, 3, &["a", "b", "c"]);
    let other = OpenedSum {
        sum: vec![1],
        ..first.clone()
    };
    for different in [fewer, other] {
        let error = openings::keep(&mut change, &different).await.unwrap_err();
        let OpeningError::OpenedOtherwise {
            number,
            contributors,
            ..
        } = error
        else {
            panic!("{error}");
        };
        assert_eq!((number, &contributors), (3, &first.contributors));
    }
    assert_eq!(openings::of(&store, &name).await.unwrap(), [first]);
}

async fn opened_sums_are_given_back(place: Place) {
    let (store, name) = with_study(&place.location).await;
    let large = OpenedSum {
        sum: vec![0xa5; 3 << 20],
        ..opened(&name, u32::MAX, &["a", "b"])
    };
    let empty = OpenedSum {
        sum: vec![],
        contributors: BTreeSet::new(),
        ..opened(&name, 0, &[])
    };
    let mut change = store.begin().await.unwrap();
    for sum in [&large, &empty] {
        openings::keep(&mut change, sum).await.unwrap();
    }
    change.commit().await.unwrap();
    assert_eq!(openings::of(&store, &name).await.unwrap(), [empty, large]);
}

async fn a_repeated_step_replaces_its_result(place: Place) {
    let (store, name) = with_study(&place.location).await;
    let file = |content: &[u8], made| ResultFile {
        study: name.clone(),
        name: "model.json".to_owned(),
        content: content.to_vec(),
        made: UnixTime(made),
    };
    for result in [file(b"{}", 1), file(b"{\"a\":1}", 2)] {
        let mut change = store.begin().await.unwrap();
        results::keep(&mut change, &result).await.unwrap();
        change.commit().await.unwrap();
    }
    assert_eq!(
        results::of(&store, &name).await.unwrap(),
        [file(b"{\"a\":1}", 2)]
    );
}
