//! Studies, decisions and the journal, on both engines.

use consilium_base::Signature;
use consilium_coordinator::store::{
    StoreError,
    decisions::{self, Decision, Nonce},
    settings,
    studies::{self, Advance, NewStudy, Version},
};
use consilium_journal::{Entry, Kind, UnixTime, verify};
use consilium_mailbox::Fault;

use crate::place::{Place, open, with_study};

crate::on_both_engines!(
    a_study_advances_with_its_journal,
    a_study_that_moved_on_is_not_advanced,
    a_name_serves_one_study,
    a_replayed_decision_is_refused,
    decisions_stand_in_the_order_in_which_they_came,
    what_is_kept_is_there_after_reopening,
    a_journal_leaves_the_store_verifiable,
    changes_made_at_once_follow_each_other,
);

fn advance(study: &consilium_journal::StudyName, from: Version) -> Advance<'_> {
    Advance {
        study,
        from,
        state: r#"{"state":"running","step":3}"#,
        now: UnixTime(200),
    }
}

async fn a_study_advances_with_its_journal(place: Place) {
    let (store, name) = with_study(&place.location).await;
    let mut change = store.begin().await.unwrap();
    let version = studies::advance(&mut change, advance(&name, Version(1)))
        .await
        .unwrap();
    change
        .log(&Entry::new(UnixTime(200), Kind::STATE).about(&name))
        .await
        .unwrap();
    change.commit().await.unwrap();

    let study = studies::find(&store, &name).await.unwrap().unwrap();
    assert_eq!((study.version, version), (Version(2), Version(2)));
    assert_eq!(
        (study.submitted, study.changed),
        (UnixTime(100), UnixTime(200))
    );
    assert_eq!(
        (study.plan.as_slice(), study.plan_hash),
        (b"[study]".as_slice(), [1; 32])
    );
    assert_eq!(study.state, r#"{"state":"running","step":3}"#);
    let [logged] = &store.journal_of(&name, 0).await.unwrap()[..] else {
        panic!("it was logged once");
    };
    let later = store.journal_of(&name, logged.seq).await.unwrap();
    assert_eq!(later, []);
    assert_eq!(studies::all(&store).await.unwrap(), [study]);
}

async fn a_study_that_moved_on_is_not_advanced(place: Place) {
    let (store, name) = with_study(&place.location).await;
    let mut change = store.begin().await.unwrap();
    studies::advance(&mut change, advance(&name, Version(1)))
        .await
        .unwrap();
    change.commit().await.unwrap();

    let mut change = store.begin().await.unwrap();
    change
        .log(&Entry::new(UnixTime(200), Kind::STATE))
        .await
        .unwrap();
    let error = studies::advance(&mut change, advance(&name, Version(1)))
        .await
        .unwrap_err();
    drop(change);

    assert_eq!(
        error.to_string(),
        "study heart-disease is at version 2, not 1"
    );
    assert_eq!(store.head().await.unwrap().seq, 0);
    let other = "other".parse().unwrap();
    let mut change = store.begin().await.unwrap();
    let error = studies::advance(&mut change, advance(&other, Version(1)))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::UnknownStudy { .. }), "{error}");
}

async fn a_name_serves_one_study(place: Place) {
    let (store, name) = with_study(&place.location).await;
    let mut change = store.begin().await.unwrap();
    let again = NewStudy {
        name: &name,
        plan_hash: &[2; 32],
        plan: b"another",
        state: "{}",
        submitted: UnixTime(300),
    };
    let error = studies::submit(&mut change, again).await.unwrap_err();
    assert!(matches!(error, StoreError::StudyExists { .. }), "{error}");
}

fn decision(study: &consilium_journal::StudyName, nonce: u8) -> Decision {
    Decision {
        study: study.clone(),
        party: "hospital-a".parse().unwrap(),
        nonce: Nonce([nonce; 32]),
        statement: vec![0, 1, 2, 255],
        signature: Signature([nonce; 64]),
        received: UnixTime(150 + i64::from(nonce)),
    }
}

async fn a_replayed_decision_is_refused(place: Place) {
    let (store, name) = with_study(&place.location).await;
    let mut change = store.begin().await.unwrap();
    decisions::add(&mut change, &decision(&name, 1))
        .await
        .unwrap();
    let replayed = Decision {
        statement: vec![],
        ..decision(&name, 1)
    };
    let error = decisions::add(&mut change, &replayed).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Peer("hospital-a".parse().unwrap()));
    let mut of_another = decision(&name, 1);
    of_another.party = "hospital-b".parse().unwrap();
    decisions::add(&mut change, &of_another).await.unwrap();
}

async fn decisions_stand_in_the_order_in_which_they_came(place: Place) {
    let (store, name) = with_study(&place.location).await;
    let mut change = store.begin().await.unwrap();
    let came = [decision(&name, 5), decision(&name, 2), decision(&name, 9)];
    for decision in &came {
        decisions::add(&mut change, decision).await.unwrap();
    }
    change.commit().await.unwrap();
    assert_eq!(decisions::of(&store, &name).await.unwrap(), came);
}

async fn what_is_kept_is_there_after_reopening(place: Place) {
    let (store, name) = with_study(&place.location).await;
    let mut change = store.begin().await.unwrap();
    settings::set(&mut change, "federation", "old")
        .await
        .unwrap();
    settings::set(&mut change, "federation", "长三角医保")
        .await
        .unwrap();
    change.commit().await.unwrap();
    store.close().await;

    let store = open(&place.location).await;

    let value = settings::get(&store, "federation").await.unwrap();
    assert_eq!(value.as_deref(), Some("长三角医保"));
    assert!(studies::find(&store, &name).await.unwrap().is_some());
}

async fn a_journal_leaves_the_store_verifiable(place: Place) {
    let store = open(&place.location).await;
    let mut change = store.begin().await.unwrap();
    for number in 0..5 {
        let entry = Entry::new(UnixTime(number), Kind::OPENING).with("contributors", "甲 乙\0");
        change.log(&entry).await.unwrap();
    }
    change.commit().await.unwrap();
    let export = store.export_journal().await.unwrap();
    let verification = verify(export.as_bytes()).unwrap();
    assert_eq!(verification.compare(&[store.head().await.unwrap()]), Ok(5));
}

async fn changes_made_at_once_follow_each_other(place: Place) {
    let (store, name) = with_study(&place.location).await;
    let changes: Vec<_> = (0..20)
        .map(|number| {
            let (store, name) = (store.clone(), name.clone());
            tokio::spawn(async move {
                let mut change = store.begin().await.unwrap();
                let entry = Entry::new(UnixTime(number), Kind::RUN).about(&name);
                change.log(&entry).await.unwrap();
                let found = studies::find(&store, &name).await.unwrap().unwrap();
                studies::advance(&mut change, advance(&name, found.version))
                    .await
                    .unwrap();
                change.commit().await.unwrap();
            })
        })
        .collect();
    for change in changes {
        change.await.unwrap();
    }
    let study = studies::find(&store, &name).await.unwrap().unwrap();
    assert_eq!(
        (study.version, store.head().await.unwrap().seq),
        (Version(21), 20)
    );
}
