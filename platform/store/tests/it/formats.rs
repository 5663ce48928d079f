//! What another program has kept is not misread.

use consilium_journal::UnixTime;
use consilium_store::{
    Format, StoreError,
    studies::{Study, Version},
};

const OURS: Format = Format(2);

fn kept(state: String) -> Study {
    Study {
        name: "heart-disease".parse().unwrap(),
        plan_hash: [1; 32],
        plan: Vec::new(),
        state,
        version: Version(1),
        submitted: UnixTime(100),
        changed: UnixTime(100),
    }
}

fn refusal(state: &str) -> StoreError {
    let study = kept(state.to_owned());
    study.read_state::<Vec<u32>>(OURS).unwrap_err()
}

#[test]
fn a_state_is_read_back_by_the_program_that_wrote_it() {
    let state = vec![7_u32, 8];
    let text = serde_json::to_string(&OURS.of(&state)).unwrap();
    assert_eq!(text, r#"{"format":2,"state":[7,8]}"#);
    assert_eq!(kept(text).read_state::<Vec<u32>>(OURS).unwrap(), state);
}

#[test]
fn whatever_a_later_program_writes_it_is_told_from_damage() {
    let error = refusal(r#"{"format":3,"state":{"unheard":"of"},"more":1}"#);
    assert_eq!(
        error.to_string(),
        "study heart-disease was kept by a later version of this program (format 3): run that \
         version again, or one after it"
    );
}

#[test]
fn what_an_earlier_program_wrote_is_told_from_damage_too() {
    let error = refusal(r#"{"format":1,"state":[7,8]}"#);
    assert!(
        matches!(error, StoreError::FormatOlder { format: 1, .. }),
        "{error}"
    );
    let error = refusal(r#"{"study":{"state":"drafted"}}"#);
    assert!(
        matches!(error, StoreError::FormatOlder { format: 0, .. }),
        "{error}"
    );
}

#[test]
fn damage_is_called_damage() {
    for state in ["", "7", r#"{"format":2}"#, r#"{"format":2,"state":"?"}"#] {
        let error = refusal(state);
        assert!(matches!(error, StoreError::Corrupted { .. }), "{error}");
    }
}
