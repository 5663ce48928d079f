use consilium_scorecard::{Band, Card, CardError, Dimension, Floors, Purpose, Shortfall};

use crate::{about, card, found, score, training};

#[test]
fn a_composite_is_the_weighted_mean_of_what_is_there() {
    let card = card();
    // 3 of 5 parts quality, 2 of 5 privacy: value is missing and is not filled in.
    let composite = card.composite.unwrap();
    assert_eq!(
        (composite.score, composite.low, composite.high),
        (64.0, 62.8, 65.2)
    );
    assert_eq!(card.missing(), [Dimension::Value]);
    card.check().unwrap();
}

#[test]
fn rows_that_are_unlike_the_others_gain_nothing_by_it_for_training() {
    let quality = || found(&[("completeness", score(80.0, 78.0, 82.0), 1.0)]);
    let scarce = found(&[("surprisal", score(99.7, 99.0, 99.9), 1.0)]);
    let card = training(vec![
        (Dimension::Quality, quality()),
        (Dimension::Scarcity, scarce),
    ]);
    card.check().unwrap();
    let without = training(vec![(Dimension::Quality, quality())]);
    assert_eq!(card.composite, without.composite);
    let scarce = &card.dimensions[&Dimension::Scarcity];
    assert!((scarce.score.score - 99.7).abs() < 1e-9);
}

#[test]
fn without_what_is_needed_there_is_no_composite() {
    let privacy = found(&[("prosecutor", score(40.0, 40.0, 40.0), 1.0)]);
    let card = training(vec![(Dimension::Privacy, privacy)]);
    assert_eq!(card.composite, None);
    let floors = Floors {
        purpose: "training".parse().unwrap(),
        composite: Some(10.0),
        least: [(Dimension::Privacy, 30.0)].into(),
    };
    let dimension = Dimension::Quality;
    assert_eq!(card.meets(&floors), [Shortfall::Missing { dimension }]);
}

#[test]
fn leaving_out_a_dimension_lifts_no_card_above_what_is_asked_for() {
    let quality = found(&[("completeness", score(90.0, 90.0, 90.0), 1.0)]);
    let privacy = found(&[("prosecutor", score(20.0, 20.0, 20.0), 1.0)]);
    let floors = |composite| Floors {
        purpose: "training".parse().unwrap(),
        composite: Some(composite),
        least: [].into(),
    };
    let whole = training(vec![
        (Dimension::Quality, quality.clone()),
        (Dimension::Privacy, privacy),
    ]);
    let without = training(vec![(Dimension::Quality, quality)]);
    assert!(without.composite.unwrap().score > whole.composite.unwrap().score);
    // Of eight, quality counts three and privacy two; value, which counts three, is missing on both.
    assert_eq!(whole.meets(&floors(38.7)), []);
    assert_eq!(without.meets(&floors(33.7)), []);
    let [Shortfall::Composite { score, .. }] = without.meets(&floors(38.7))[..] else {
        panic!("a card with less is no better");
    };
    assert!((score - 33.75).abs() < 1e-9, "{score}");
    assert_eq!(
        (whole.public().measured(), without.public().measured()),
        (0.625, 0.375)
    );
}

#[test]
fn where_nothing_that_counts_was_measured_all_of_it_is_lacking() {
    let audit = r#"id = "audit"
name = { en = "audits", zh = "审计" }
weights = { quality = 2, value = 1 }
"#;
    let purpose = Purpose::from_toml(audit).unwrap();
    let privacy = found(&[("prosecutor", score(40.0, 40.0, 40.0), 1.0)]);
    let card = Card::of(about(), &purpose, vec![(Dimension::Privacy, privacy)]);
    card.check().unwrap();
    assert_eq!(card.composite, None);
    assert_eq!(card.lacks(), [Dimension::Quality, Dimension::Value]);
    let said = card.sentence();
    assert!(
        said.en
            .contains("no composite score, for lack of quality, value: privacy 40.0."),
        "{}",
        said.en
    );
    assert!(
        said.zh.contains("缺少质量、价值，没有综合得分"),
        "{}",
        said.zh
    );
    let floors = Floors {
        purpose: purpose.named(),
        composite: Some(10.0),
        least: [].into(),
    };
    let missing = card.lacks().into_iter();
    let missing: Vec<_> = missing
        .map(|dimension| Shortfall::Missing { dimension })
        .collect();
    assert_eq!(card.meets(&floors), missing);
}

#[test]
fn a_later_report_takes_the_place_of_an_earlier_one() {
    let first = found(&[
        ("completeness", score(10.0, 10.0, 10.0), 1.0),
        ("accuracy", score(50.0, 50.0, 50.0), 1.0),
    ]);
    let later = found(&[("completeness", score(90.0, 90.0, 90.0), 1.0)]);
    let card = training(vec![
        (Dimension::Quality, first),
        (Dimension::Quality, later),
    ]);
    let quality = &card.dimensions[&Dimension::Quality];
    assert_eq!(quality.score, score(70.0, 70.0, 70.0));
    assert_eq!((quality.subscores.len(), quality.evidence.len()), (2, 2));
}

#[test]
fn a_card_is_held_against_what_is_asked_for() {
    let floors = |composite, quality| Floors {
        purpose: "training".parse().unwrap(),
        composite: Some(composite),
        least: [(Dimension::Quality, quality)].into(),
    };
    assert_eq!(card().meets(&floors(40.0, 80.0)), []);
    let short = card().meets(&floors(40.01, 80.5));
    assert_eq!(
        short.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "the composite is 40.00, below 40.01, where what was not measured counts as 0",
            "quality is 80.00, below 80.5"
        ]
    );
    let other = Floors {
        purpose: "release".parse().unwrap(),
        composite: None,
        least: [].into(),
    };
    assert!(matches!(
        card().meets(&other)[..],
        [Shortfall::OtherPurpose { .. }]
    ));
}

#[test]
fn others_see_bands_and_no_score() {
    let public = card().public();
    assert_eq!(public.dimensions[&Dimension::Quality].band, Band::ALL[4]);
    assert_eq!(public.dimensions[&Dimension::Privacy].band, Band::ALL[2]);
    assert_eq!(public.composite, Some(Band::ALL[3]));
    assert_eq!(public.composite.unwrap().to_string(), "60–80");
    let mut moved = card();
    let quality = moved.dimensions.get_mut(&Dimension::Quality).unwrap();
    quality.subscores[0].score = score(81.0, 79.0, 83.0);
    // Only the salted hash tells one card from another within its bands.
    let mut of_moved = moved.public();
    assert_ne!(of_moved.card, public.card);
    of_moved.card = public.card;
    assert_eq!(of_moved, public);
}

#[test]
fn a_score_that_is_not_the_mean_of_its_parts_is_refused() {
    let mut lifted = card();
    lifted.composite = Some(score(90.0, 90.0, 90.0));
    assert_eq!(lifted.check(), Err(CardError::Mean { dimension: None }));
    let mut lifted = card();
    let quality = lifted.dimensions.get_mut(&Dimension::Quality).unwrap();
    quality.score = score(99.0, 78.0, 100.0);
    let dimension = Some(Dimension::Quality);
    assert_eq!(lifted.check(), Err(CardError::Mean { dimension }));
    let mut heavy = card();
    heavy.weights.insert(Dimension::Quality, 9.0);
    assert_eq!(heavy.check(), Err(CardError::Weights));
    let mut other = card();
    other.format = 2;
    assert_eq!(other.check(), Err(CardError::Format { format: 2 }));
    let mut hidden = card();
    hidden.data_set = "heart\u{202e}".to_owned();
    assert_eq!(hidden.check(), Err(CardError::Name));
}

#[test]
fn what_there_is_too_much_of_is_called_so() {
    let dimension = Dimension::Quality;
    let mut many = card();
    let quality = many.dimensions.get_mut(&dimension).unwrap();
    quality.evidence = vec![quality.evidence[0].clone(); 65];
    assert_eq!(many.check(), Err(CardError::TooMany { dimension }));
    let mut endless = card();
    let quality = endless.dimensions.get_mut(&dimension).unwrap();
    quality.subscores[0].weight = -1.0;
    assert_eq!(endless.check(), Err(CardError::Number { dimension }));
}
