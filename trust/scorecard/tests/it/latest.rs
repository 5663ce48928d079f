use consilium_base::UnixTime;
use consilium_scorecard::{Latest, Public, Version, VersionHash};

use crate::card;

fn shown(data_set: &str, made: i64) -> Public {
    let mut shown = card().public();
    data_set.clone_into(&mut shown.data_set);
    shown.made = UnixTime(made);
    shown
}

#[test]
fn an_older_card_of_the_same_rows_is_known_as_such_and_one_of_other_rows_isn_t() {
    let mut latest = Latest::default();
    assert!(!latest.is_after(&shown("heart", 100)));
    latest.note(&shown("heart", 100));
    latest.note(&shown("heart", 50));
    assert!(latest.is_after(&shown("heart", 99)));
    assert!(!latest.is_after(&shown("heart", 100)));
    assert!(!latest.is_after(&shown("liver", 1)));
    let mut other = shown("heart", 99);
    other.version = Version::Registered(VersionHash([77; 32]));
    assert!(!latest.is_after(&other));
    let kept = serde_json::to_string(&latest).unwrap();
    assert_eq!(serde_json::from_str::<Latest>(&kept).unwrap(), latest);
}

#[test]
fn nobody_goes_back_by_showing_ever_more_data_sets() {
    let mut latest = Latest::default();
    latest.note(&shown("heart", 100));
    for (number, made) in (0..=Latest::MOST).zip(1_000..) {
        latest.note(&shown(&format!("set-{number}"), made));
    }
    let kept = serde_json::to_string(&latest).unwrap();
    assert!(kept.len() < 100 * (Latest::MOST + 1), "{}", kept.len());
    assert!(latest.is_after(&shown("heart", 99)));
    assert!(!latest.is_after(&shown("heart", 2_000)));
}
