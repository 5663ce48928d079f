use consilium_scorecard::{Band, Dimension, Score, Signed, SignedPublic};
use proptest::prelude::*;

use crate::{directory, found, key, training};

fn scores() -> impl Strategy<Value = Score> {
    (0.0..=100.0f64, 0.0..=30.0f64, 0.0..=30.0f64)
        .prop_map(|(score, down, up)| Score::of(score, score - down, score + up).unwrap())
}

proptest! {
    #[test]
    fn a_mean_lies_within_its_parts_and_its_bounds(
        parts in proptest::collection::vec((scores(), 0.01..10.0f64), 1..7)
    ) {
        let named: Vec<_> = Dimension::Quality.subscores().iter().zip(parts)
            .map(|([id, ..], (score, weight))| (*id, score, weight))
            .collect();
        let card = training(vec![(Dimension::Quality, found(&named))]);
        let of = card.dimensions[&Dimension::Quality].score;
        let each = || named.iter().map(|(_, score, _)| score.score);
        let (least, most) = (each().fold(100.0, f64::min), each().fold(0.0, f64::max));
        prop_assert!(least - 0.01 <= of.score && of.score <= most + 0.01);
        prop_assert!(of.low <= of.score && of.score <= of.high);
        prop_assert_eq!(card.check(), Ok(()));
        let band = Band::of(of);
        prop_assert!(band.from() <= of.score && of.score <= band.to());
    }

    #[test]
    fn a_signed_card_reads_back_and_still_verifies(part in scores(), other in scores()) {
        let card = training(vec![
            (Dimension::Quality, found(&[("accuracy", part, 0.3), ("timeliness", other, 1.7)])),
            (Dimension::Value, found(&[("leave-one-out", other, 1.0)])),
        ]);
        let signed = Signed::sign(card, "cleveland/li", &key(1)).unwrap();
        let json = serde_json::to_string_pretty(&signed).unwrap();
        let read = Signed::from_json(&json).unwrap();
        prop_assert_eq!(&read, &signed);
        prop_assert_eq!(read.verify(&directory()), Ok(()));
        let public = serde_json::to_string(&read.public()).unwrap();
        let public = SignedPublic::from_json(&public).unwrap();
        prop_assert_eq!(public.verify(&directory()), Ok(()));
    }

    #[test]
    fn reading_never_panics(text in ".{0,200}", begun in "\\{\"card\":.{0,80}") {
        prop_assert!(Signed::from_json(&text).is_err());
        prop_assert!(Signed::from_json(&begun).is_err());
        prop_assert!(SignedPublic::from_json(&text).is_err());
    }
}
