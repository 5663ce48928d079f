//! Cards that their own institution has signed, and that are none.

use consilium_base::FederationId;
use consilium_scorecard::{
    Band, Card, CardError, Countersignature, Dimension, EvidenceHash, EvidenceKind, Measured,
    Purpose, Salt, Signed, SignedPublic, Statement, Subject,
};
use serde_json::json;

use crate::{about, card, found, key, score, training};

/// The card after a change that its institution makes.
fn changed(change: impl FnOnce(&mut Card)) -> Result<Signed, CardError> {
    let mut card = card();
    change(&mut card);
    Signed::sign(card, "cleveland/li", &key(1))
}

fn quality(card: &mut Card) -> &mut Measured {
    card.dimensions.get_mut(&Dimension::Quality).unwrap()
}

#[test]
fn weights_and_needs_are_those_of_the_purpose_that_is_named() {
    assert!(changed(|_| {}).is_ok());
    let changes: [fn(&mut Card); 5] = [
        |card| card.weights = [(Dimension::Quality, 1.0)].into(),
        |card| card.needs = Vec::new(),
        |card| card.purpose_name.en = "everything".to_owned(),
        |card| {
            let of = card.subscores.entry(Dimension::Quality).or_default();
            of.insert("completeness".to_owned(), 1.0);
        },
        // A part of a report that weighs nothing.
        |card| {
            let privacy = card.dimensions.get_mut(&Dimension::Privacy).unwrap();
            privacy.subscores[0].weight = 1000.0;
        },
    ];
    for change in changes {
        assert_eq!(changed(change).unwrap_err(), CardError::Purpose);
    }
    let audit = r#"id = "audit"
name = { en = "audits", zh = "审计" }
weights = { quality = 2, value = 1 }
[subscores.quality]
completeness = 2
"#;
    let purpose = Purpose::from_toml(audit).unwrap();
    let measured = || found(&[("completeness", score(80.0, 78.0, 82.0), 1.0)]);
    let mut card = Card::of(about(), &purpose, vec![(Dimension::Quality, measured())]);
    card.check().unwrap();
    quality(&mut card).subscores[0].weight = 1.0;
    assert_eq!(card.check(), Err(CardError::Purpose));
}

#[test]
fn parts_are_the_dimensions_own_and_there_once() {
    let dimension = Dimension::Quality;
    for id in ["whatever", "shapley", "completeness"] {
        let error = changed(|card| {
            let mut part = quality(card).subscores[0].clone();
            part.id = id.to_owned();
            quality(card).subscores.push(part);
        });
        let id = id.to_owned();
        assert_eq!(error.unwrap_err(), CardError::Part { dimension, id });
    }
}

#[test]
fn what_studies_find_has_a_study_behind_it_and_reports_are_no_studies() {
    let dimension = Dimension::Quality;
    let without = changed(|card| quality(card).evidence.clear());
    assert_eq!(without.unwrap_err(), CardError::Evidence { dimension });
    let studied = changed(|card| quality(card).evidence[0].kind = EvidenceKind::Study);
    assert_eq!(studied.unwrap_err(), CardError::Evidence { dimension });
    for (dimension, id) in [
        (Dimension::Scarcity, "surprisal"),
        (Dimension::Value, "shapley"),
    ] {
        let mut measured = found(&[(id, score(61.0, 61.0, 61.0), 1.0)]);
        let with = |measured| training(vec![(dimension, measured)]).check();
        assert_eq!(with(measured.clone()), Ok(()));
        measured.evidence.kind = EvidenceKind::Report;
        assert_eq!(with(measured), Err(CardError::Evidence { dimension }));
    }
    let dimension = Dimension::Value;
    let mut declared = found(&[("explained", score(61.0, 61.0, 61.0), 1.0)]);
    let with = |measured| training(vec![(dimension, measured)]).check();
    assert_eq!(
        with(declared.clone()),
        Err(CardError::Evidence { dimension })
    );
    declared.proxy = true;
    assert_eq!(with(declared), Ok(()));
}

/// Somebody's word on cleveland, in a name of its own.
fn own_word(signer: &str) -> Countersignature {
    let said = Statement {
        subject: Subject {
            federation: FederationId([1; 32]),
            study: EvidenceHash([4; 32]),
            about: "cleveland".parse().unwrap(),
            version: None,
        },
        salt: Salt([6; 32]),
        scores: [("shapley".to_owned(), 61.0)].into(),
    };
    let by = said.sign("hungary/nagy", &key(1)).unwrap();
    let mut json = serde_json::to_value(&by).unwrap();
    json["signer"] = json!(signer);
    serde_json::from_value(json).unwrap()
}

#[test]
fn an_institution_does_not_countersign_its_own_card() {
    for signer in ["cleveland/li", "cleveland"] {
        let mut value = found(&[("shapley", score(61.0, 61.0, 61.0), 1.0)]);
        value.evidence.countersigned = vec![own_word(signer)];
        let card = training(vec![(Dimension::Value, value)]);
        let own = CardError::OwnWord {
            signer: signer.to_owned(),
        };
        assert_eq!(card.check(), Err(own.clone()));
        assert_eq!(card.public().check(), Err(own));
    }
}

#[test]
fn the_public_part_has_to_follow_from_its_own_dimensions() {
    let public = card().public();
    assert_eq!(public.check(), Ok(()));
    let high = Band::ALL[4];
    let mut lifted = public.clone();
    // Quality 80–100 and privacy 40–60 by 3 to 2 make 64 to 84.
    lifted.composite = Some(Band::ALL[2]);
    assert_eq!(lifted.check(), Err(CardError::Composite));
    lifted.composite = Some(high);
    assert_eq!(lifted.check(), Ok(()));
    lifted.composite = None;
    assert_eq!(lifted.check(), Err(CardError::Composite));
    let mut silent = public.clone();
    silent.missing.clear();
    assert_eq!(silent.check(), Err(CardError::Composite));
    let mut without = public.clone();
    without.dimensions.remove(&Dimension::Quality);
    without.missing.insert(Dimension::Quality);
    assert_eq!(without.check(), Err(CardError::Composite));
    let mut weighed = public.clone();
    weighed.weights = [(Dimension::Quality, 1.0)].into();
    assert_eq!(weighed.check(), Err(CardError::Purpose));
    let mut studied = public;
    let privacy = studied.dimensions.get_mut(&Dimension::Privacy).unwrap();
    privacy.evidence = [EvidenceKind::Study].into();
    let dimension = Dimension::Privacy;
    assert_eq!(studied.check(), Err(CardError::Evidence { dimension }));
    let text = serde_json::to_string(&changed(|_| {}).unwrap().public()).unwrap();
    assert!(SignedPublic::from_json(&text).is_ok());
}
