use consilium_base::{BadSignature, FederationId};
use consilium_scorecard::{
    CardError, Countersignature, Dimension, EvidenceHash, EvidenceKind, Score, Signed, Statement,
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
        ("\"report\"", "\"study\""),
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
fn countersigned(said: Statement) -> Signed {
    let mut value = found(&[("shapley", score(61.0, 61.0, 61.0), 1.0)]);
    value.evidence.kind = EvidenceKind::Study;
    let study = said.study;
    let by = said.sign("hungary/nagy", &key(2)).unwrap();
    let read = Countersignature::from_json(&serde_json::to_string(&by).unwrap());
    assert_eq!(read.as_ref(), Ok(&by));
    value.evidence.hash = study;
    value.countersign(by).unwrap();
    value.evidence.hash = EvidenceHash([4; 32]);
    let card = training(vec![(Dimension::Value, value)]);
    Signed::sign(card, "cleveland/li", &key(1)).unwrap()
}

fn statement(shapley: f64) -> Statement {
    Statement {
        federation: FederationId([1; 32]),
        study: EvidenceHash([4; 32]),
        about: "cleveland".parse().unwrap(),
        scores: [("shapley".to_owned(), shapley)].into(),
    }
}

#[test]
fn what_another_institution_says_is_held_against_the_card() {
    let outcome = |said| {
        let signed = countersigned(said);
        let checked = signed.card.countersigned(&directory());
        assert_eq!(checked.len(), 1);
        checked[0].outcome.clone()
    };
    assert_eq!(outcome(statement(61.0)), Ok(()));
    // The institution has lied about its own score.
    assert!(matches!(
        outcome(statement(12.0)),
        Err(CardError::Contradicted { .. })
    ));
    let other_study = Statement {
        study: EvidenceHash([5; 32]),
        ..statement(61.0)
    };
    assert!(matches!(
        outcome(other_study),
        Err(CardError::Elsewhere { what: "study", .. })
    ));
    let other = Statement {
        about: "va".parse().unwrap(),
        ..statement(61.0)
    };
    assert!(matches!(
        outcome(other),
        Err(CardError::Elsewhere {
            what: "institution",
            ..
        })
    ));
}

#[test]
fn nobody_countersigns_for_itself() {
    let own = statement(61.0).sign("cleveland/wang", &key(1));
    assert!(matches!(own, Err(CardError::OwnWord { .. })));
    assert_eq!(Score::of(f64::NAN, 0.0, 1.0), None);
}
