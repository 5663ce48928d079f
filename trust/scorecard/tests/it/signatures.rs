use consilium_base::{BadSignature, FederationId};
use consilium_scorecard::{
    CardError, Countersignature, Dimension, EvidenceHash, Salt, Score, ScoresHash, Signed,
    Statement, Subject, Version, VersionHash,
};

use crate::{card, directory, found, key, score, training};

#[test]
fn a_card_is_its_stewards_and_nobody_elses() {
    let signed = Signed::sign(card(), "cleveland/li", &key(1)).unwrap();
    assert_eq!(signed.verify(&directory()), Ok(()));
    let stranger = Signed::sign(card(), "hungary/nagy", &key(2));
    assert!(matches!(stranger, Err(CardError::Stranger { .. })));
    let with_another_key = Signed::sign(card(), "cleveland/li", &key(9)).unwrap();
    let signer = "cleveland/li".to_owned();
    let fault = BadSignature::Mismatch;
    assert_eq!(
        with_another_key.verify(&directory()),
        Err(CardError::Forged { signer, fault })
    );
    let hidden = Signed::sign(card(), "cleveland/li\u{202e}", &key(1));
    assert_eq!(hidden, Err(CardError::Name));
    let unknown = Signed::sign(card(), "cleveland/wang", &key(1)).unwrap();
    assert!(matches!(
        unknown.verify(&directory()),
        Err(CardError::Forged {
            fault: BadSignature::UnknownParty,
            ..
        })
    ));
}

#[test]
fn every_change_breaks_the_signature() {
    let signed = Signed::sign(card(), "cleveland/li", &key(1)).unwrap();
    let json = serde_json::to_string(&signed).unwrap();
    for (from, to) in [
        ("\"heart\"", "\"lungs\""),
        ("1800000000", "1800000001"),
        ("\"proxy\":false", "\"proxy\":true"),
        ("consilium 0.1.0", "consilium 0.2.0"),
        ("03030303", "03030304"),
        ("cleveland/li", "cleveland/lo"),
    ] {
        let changed = json.replacen(from, to, 1);
        assert_ne!(changed, json, "{from}");
        let read = Signed::from_json(&changed).unwrap();
        assert!(read.verify(&directory()).is_err(), "{from}");
    }
    let unknown = json.replacen("\"format\"", "\"more\":1,\"format\"", 1);
    assert!(matches!(
        Signed::from_json(&unknown),
        Err(CardError::Json { .. })
    ));
}

#[test]
fn the_public_part_of_another_card_does_not_pass() {
    let signed = Signed::sign(card(), "cleveland/li", &key(1)).unwrap();
    let mut public = signed.public();
    assert_eq!(public.verify(&directory()), Ok(()));
    public.public.composite = None;
    assert!(public.verify(&directory()).is_err());
}

/// A card whose value was found in a study, and what hungary says of it.
fn countersigned(said: Statement) -> Result<Signed, CardError> {
    let mut value = found(&[("shapley", score(61.0, 61.0, 61.0), 1.0)]);
    let by = said.sign("hungary/nagy", &key(2)).unwrap();
    let read = Countersignature::from_json(&serde_json::to_string(&by).unwrap());
    assert_eq!(read.as_ref(), Ok(&by));
    value.evidence.hash = EvidenceHash([4; 32]);
    value.evidence.countersigned = vec![by];
    let card = training(vec![(Dimension::Value, value)]);
    Signed::sign(card, "cleveland/li", &key(1))
}

fn statement(shapley: f64) -> Statement {
    Statement {
        subject: Subject {
            federation: FederationId([1; 32]),
            study: EvidenceHash([4; 32]),
            about: "cleveland".parse().unwrap(),
            version: Some(VersionHash([2; 32])),
        },
        salt: Salt([6; 32]),
        scores: [("shapley".to_owned(), shapley)].into(),
    }
}

type Change = fn(&mut Subject);

#[test]
fn what_another_institution_says_is_held_against_the_card() {
    let signed = countersigned(statement(61.0)).unwrap();
    for checked in [
        signed.card.countersigned(&directory()),
        signed.public().public.countersigned(&directory()),
    ] {
        assert_eq!(checked.len(), 1);
        assert_eq!(checked[0].outcome, Ok(()));
    }
    // The institution has lied about its own score.
    let error = countersigned(statement(12.0)).unwrap_err();
    assert!(matches!(error, CardError::Contradicted { .. }));
    let changes: [(&str, Change); 4] = [
        ("federation", |it| it.federation = FederationId([5; 32])),
        ("study", |it| it.study = EvidenceHash([5; 32])),
        ("institution", |it| it.about = "va".parse().unwrap()),
        ("version", |it| it.version = Some(VersionHash([5; 32]))),
    ];
    for (differs, change) in changes {
        let mut said = statement(61.0);
        change(&mut said.subject);
        let error = countersigned(said).unwrap_err();
        assert!(
            matches!(&error, CardError::Elsewhere { what, .. } if *what == differs),
            "{error}"
        );
    }
    let mut unbound = statement(61.0);
    unbound.subject.version = None;
    assert!(countersigned(unbound).is_ok());
}

#[test]
fn the_public_part_shows_who_has_signed_and_not_what() {
    let public = countersigned(statement(61.0)).unwrap().public().public;
    let text = serde_json::to_string(&public).unwrap();
    for hidden in ["61.0", "shapley", "salt"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    // Of another version, or moved to another institution, it is told.
    let mut other = public.clone();
    other.version = Version::Registered(VersionHash([9; 32]));
    assert!(matches!(
        other.countersigned(&directory())[0].outcome,
        Err(CardError::Elsewhere {
            what: "version",
            ..
        })
    ));
    let mut other = public;
    let by = other.dimensions.get_mut(&Dimension::Value).unwrap();
    by.countersigned[0].scores = ScoresHash([1; 32]);
    assert!(matches!(
        other.countersigned(&directory())[0].outcome,
        Err(CardError::Forged { .. })
    ));
}

#[test]
fn nobody_countersigns_for_itself() {
    let own = statement(61.0).sign("cleveland/wang", &key(1));
    assert!(matches!(own, Err(CardError::OwnWord { .. })));
    assert_eq!(Score::of(f64::NAN, 0.0, 1.0), None);
}
