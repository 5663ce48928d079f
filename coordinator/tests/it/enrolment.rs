//! Who enters the federation and who leaves it, on both engines.

use consilium_base::Digest;
use consilium_coordinator::store::{
    Change, EnrolError, Kept, Store, Taken,
    institutions::{self, Certified},
    invitations::{self, Guest, Invitation},
    people,
};
use consilium_journal::UnixTime;
use consilium_mailbox::PartyId;

use crate::place::{Place, open};

crate::on_both_engines!(
    an_invited_institution_is_enrolled,
    a_token_is_used_once,
    who_has_no_invitation_is_refused_without_a_change,
    a_lost_answer_can_be_asked_for_again,
    an_expired_invitation_is_worth_nothing,
    a_withdrawn_invitation_is_worth_nothing,
    only_open_invitations_are_withdrawn,
    a_token_for_a_person_enrols_no_institution,
    two_institutions_never_have_one_key,
    a_revoked_institution_comes_back_by_invitation_only,
    a_renewed_certificate_replaces_the_old_one,
    a_person_acts_until_revoked,
);

const NOW: UnixTime = UnixTime(1_000);

fn hospital(name: &str) -> Guest {
    Guest::Institution {
        name: name.parse().unwrap(),
    }
}

fn steward() -> Guest {
    Guest::Person {
        name: "王芳".to_owned(),
        role: "steward".to_owned(),
        institution: Some("hospital-a".parse().unwrap()),
    }
}

fn certified(number: u8) -> Certified {
    Certified {
        serial: vec![number],
        public_key: vec![number; 32],
    }
}

async fn invite(store: &Store, token: u8, guest: Guest) -> Digest {
    let token = [token; 32];
    let mut change = store.begin().await.unwrap();
    let (made, expires) = (UnixTime(900), UnixTime(1_100));
    let invitation = Invitation {
        token,
        guest,
        made,
        expires,
        used: None,
        withdrawn: None,
    };
    invitations::add(&mut change, &invitation).await.unwrap();
    change.commit().await.unwrap();
    token
}

async fn enrol(
    store: &Store,
    token: &Digest,
    certified: &Certified,
) -> Result<(PartyId, Kept), EnrolError> {
    let mut change: Change = store.begin().await.unwrap();
    let enrolled = institutions::enrol(&mut change, token, certified, NOW).await?;
    change.commit().await.unwrap();
    Ok(enrolled)
}

async fn an_invited_institution_is_enrolled(place: Place) {
    let store = open(&place.location).await;
    let token = invite(&store, 1, hospital("hospital-a")).await;
    let (name, kept) = enrol(&store, &token, &certified(1)).await.unwrap();
    assert_eq!((name.as_str(), kept), ("hospital-a", Kept::First));
    let [institution] = &institutions::all(&store).await.unwrap()[..] else {
        panic!()
    };
    assert_eq!(institution.certified, certified(1));
    assert_eq!((institution.enrolled, institution.revoked), (NOW, None));
    let [invitation] = &invitations::all(&store).await.unwrap()[..] else {
        panic!()
    };
    assert_eq!(invitation.used, Some(NOW));
}

async fn a_token_is_used_once(place: Place) {
    let store = open(&place.location).await;
    let token = invite(&store, 1, hospital("hospital-a")).await;
    enrol(&store, &token, &certified(1)).await.unwrap();
    let error = enrol(&store, &token, &certified(2)).await.unwrap_err();
    assert!(matches!(error, EnrolError::Used), "{error}");
    let error = enrol(&store, &[9; 32], &certified(2)).await.unwrap_err();
    assert!(matches!(error, EnrolError::NotInvited), "{error}");
}

async fn a_lost_answer_can_be_asked_for_again(place: Place) {
    let store = open(&place.location).await;
    let token = invite(&store, 1, hospital("hospital-a")).await;
    enrol(&store, &token, &certified(1)).await.unwrap();
    let same_key = Certified {
        serial: vec![7],
        ..certified(1)
    };
    let (name, kept) = enrol(&store, &token, &same_key).await.unwrap();
    assert_eq!((name.as_str(), kept), ("hospital-a", Kept::Again));
    let [institution] = &institutions::all(&store).await.unwrap()[..] else {
        panic!()
    };
    assert_eq!(institution.certified, certified(1));
}

async fn withdraw(store: &Store, name: &str, now: UnixTime) -> Result<(), EnrolError> {
    let mut change: Change = store.begin().await.unwrap();
    invitations::withdraw(&mut change, name, now).await?;
    change.commit().await.unwrap();
    Ok(())
}

async fn a_withdrawn_invitation_is_worth_nothing(place: Place) {
    let store = open(&place.location).await;
    let first = invite(&store, 1, hospital("hospital-a")).await;
    let second = invite(&store, 2, hospital("hospital-a")).await;
    let other = invite(&store, 3, hospital("hospital-b")).await;
    withdraw(&store, "hospital-a", NOW).await.unwrap();
    for token in [first, second] {
        let error = enrol(&store, &token, &certified(1)).await.unwrap_err();
        assert!(
            matches!(error, EnrolError::Withdrawn { withdrawn: NOW }),
            "{error}"
        );
    }
    enrol(&store, &other, &certified(1)).await.unwrap();
}

async fn only_open_invitations_are_withdrawn(place: Place) {
    let store = open(&place.location).await;
    let never = withdraw(&store, "hospital-a", NOW).await.unwrap_err();
    assert!(matches!(never, EnrolError::NotInvited), "{never}");
    let token = invite(&store, 1, hospital("hospital-a")).await;
    let late = withdraw(&store, "hospital-a", UnixTime(1_100)).await;
    let late = late.unwrap_err();
    assert!(matches!(late, EnrolError::Expired { .. }), "{late}");
    enrol(&store, &token, &certified(1)).await.unwrap();
    let used = withdraw(&store, "hospital-a", NOW).await.unwrap_err();
    assert!(matches!(used, EnrolError::Used), "{used}");
    invite(&store, 2, steward()).await;
    withdraw(&store, "王芳", NOW).await.unwrap();
    let twice = withdraw(&store, "王芳", NOW).await.unwrap_err();
    assert!(matches!(twice, EnrolError::Withdrawn { .. }), "{twice}");
}

async fn an_expired_invitation_is_worth_nothing(place: Place) {
    let store = open(&place.location).await;
    let token = invite(&store, 1, hospital("hospital-a")).await;
    let mut change = store.begin().await.unwrap();
    let late = UnixTime(1_100);
    let error = institutions::enrol(&mut change, &token, &certified(1), late)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the invitation expired at 1970-01-01T00:18:20Z, it is 1970-01-01T00:18:20Z (TOKEN-EXPIRED)"
    );
}

async fn a_token_for_a_person_enrols_no_institution(place: Place) {
    let store = open(&place.location).await;
    let token = invite(&store, 1, steward()).await;
    let error = enrol(&store, &token, &certified(1)).await.unwrap_err();
    assert!(matches!(error, EnrolError::NotInvited), "{error}");
    let [invitation] = &invitations::all(&store).await.unwrap()[..] else {
        panic!()
    };
    assert_eq!((&invitation.guest, invitation.used), (&steward(), None));
}

async fn two_institutions_never_have_one_key(place: Place) {
    let store = open(&place.location).await;
    let a = invite(&store, 1, hospital("hospital-a")).await;
    let b = invite(&store, 2, hospital("hospital-b")).await;
    enrol(&store, &a, &certified(1)).await.unwrap();
    let same_key = Certified {
        serial: vec![2],
        ..certified(1)
    };
    let error = enrol(&store, &b, &same_key).await.unwrap_err();
    assert!(
        matches!(error, EnrolError::Taken { what: Taken::Key }),
        "{error}"
    );
    let same_serial = Certified {
        serial: vec![1],
        ..certified(2)
    };
    let error = enrol(&store, &b, &same_serial).await.unwrap_err();
    assert!(
        matches!(
            error,
            EnrolError::Taken {
                what: Taken::Serial
            }
        ),
        "{error}"
    );
    enrol(&store, &b, &certified(2)).await.unwrap();
}

async fn who_has_no_invitation_is_refused_without_a_change(place: Place) {
    let store = open(&place.location).await;
    let token = invite(&store, 1, hospital("hospital-a")).await;
    let used = invite(&store, 2, hospital("hospital-b")).await;
    enrol(&store, &used, &certified(2)).await.unwrap();
    // Nobody else can change anything meanwhile.
    let change = store.begin().await.unwrap();
    let ask = async |token: &Digest, key: u8, now| {
        invitations::guest(&store, token, &[key; 32], now).await
    };
    let unknown = ask(&[9; 32], 1, NOW).await.unwrap_err();
    assert!(matches!(unknown, EnrolError::NotInvited), "{unknown}");
    let stolen = ask(&used, 1, NOW).await.unwrap_err();
    assert!(matches!(stolen, EnrolError::Used), "{stolen}");
    let late = ask(&token, 1, UnixTime(2_000)).await.unwrap_err();
    assert!(matches!(late, EnrolError::Expired { .. }), "{late}");
    assert_eq!(ask(&token, 1, NOW).await.unwrap(), hospital("hospital-a"));
    assert_eq!(ask(&used, 2, NOW).await.unwrap(), hospital("hospital-b"));
    drop(change);
}

async fn a_revoked_institution_comes_back_by_invitation_only(place: Place) {
    let store = open(&place.location).await;
    let token = invite(&store, 1, hospital("hospital-a")).await;
    let second = invite(&store, 2, hospital("hospital-a")).await;
    enrol(&store, &token, &certified(1)).await.unwrap();
    let error = enrol(&store, &second, &certified(2)).await.unwrap_err();
    assert!(
        matches!(error, EnrolError::Taken { what: Taken::Name }),
        "{error}"
    );

    let name = "hospital-a".parse().unwrap();
    let mut change = store.begin().await.unwrap();
    institutions::revoke(&mut change, &name, NOW).await.unwrap();
    let error = institutions::renew(&mut change, &name, &certified(3))
        .await
        .unwrap_err();
    assert!(matches!(error, EnrolError::NotEnrolled { .. }), "{error}");
    let error = institutions::revoke(&mut change, &name, NOW)
        .await
        .unwrap_err();
    assert!(matches!(error, EnrolError::NotEnrolled { .. }), "{error}");
    change.commit().await.unwrap();
    assert_eq!(
        institutions::all(&store).await.unwrap()[0].revoked,
        Some(NOW)
    );

    enrol(&store, &second, &certified(2)).await.unwrap();
    assert_eq!(institutions::all(&store).await.unwrap()[0].revoked, None);
}

async fn a_renewed_certificate_replaces_the_old_one(place: Place) {
    let store = open(&place.location).await;
    let token = invite(&store, 1, hospital("hospital-a")).await;
    let (name, _) = enrol(&store, &token, &certified(1)).await.unwrap();
    let same_key = Certified {
        serial: vec![8],
        ..certified(1)
    };
    for renewed in [same_key, certified(3)] {
        let mut change = store.begin().await.unwrap();
        institutions::renew(&mut change, &name, &renewed)
            .await
            .unwrap();
        change.commit().await.unwrap();
        assert_eq!(
            institutions::all(&store).await.unwrap()[0].certified,
            renewed
        );
    }
}

async fn a_person_acts_until_revoked(place: Place) {
    let store = open(&place.location).await;
    let token = invite(&store, 1, steward()).await;
    let mut change = store.begin().await.unwrap();
    people::enrol(&mut change, &token, &[5; 32], NOW)
        .await
        .unwrap();
    change.commit().await.unwrap();
    let [person] = &people::all(&store).await.unwrap()[..] else {
        panic!()
    };
    assert_eq!(
        (person.name.as_str(), person.role.as_str()),
        ("王芳", "steward")
    );
    assert_eq!(
        (
            person.institution.as_ref().unwrap().as_str(),
            person.revoked
        ),
        ("hospital-a", None)
    );
    assert_eq!(person.public_key, [5; 32]);

    let mut change = store.begin().await.unwrap();
    people::revoke(&mut change, "王芳", UnixTime(1_050))
        .await
        .unwrap();
    let error = people::revoke(&mut change, "王芳", NOW).await.unwrap_err();
    assert!(matches!(error, EnrolError::NotEnrolled { .. }), "{error}");
    change.commit().await.unwrap();
    assert_eq!(
        people::all(&store).await.unwrap()[0].revoked,
        Some(UnixTime(1_050))
    );
}
