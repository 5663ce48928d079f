//! Scorecards and purposes, which institutions hand to each other.

use consilium_scorecard::{Countersignature, Purpose, Signed, SignedPublic};

/// What is read as a card comes back the same; so do its public part and a purpose's name.
pub(super) fn scorecard(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(signed) = Signed::from_json(text) {
        let json = serde_json::to_string(&signed).expect("a card is JSON");
        assert_eq!(Signed::from_json(&json), Ok(signed.clone()));
        let public = serde_json::to_string(&signed.public()).expect("bands are JSON");
        assert_eq!(SignedPublic::from_json(&public), Ok(signed.public()));
        let _ = signed.card.sentence();
    }
    if let Ok(public) = SignedPublic::from_json(text) {
        let json = serde_json::to_string(&public).expect("bands are JSON");
        assert_eq!(SignedPublic::from_json(&json), Ok(public));
    }
    if let Ok(by) = Countersignature::from_json(text) {
        let json = serde_json::to_string(&by).expect("a statement is JSON");
        assert_eq!(Countersignature::from_json(&json), Ok(by));
    }
    if let Ok(purpose) = Purpose::from_toml(text) {
        let name = purpose.named();
        assert_eq!(name.to_string().parse(), Ok(name));
    }
}
