//! An authority's word holds for one party, key, federation and time.

use consilium_base::{Signer as _, Tagged, hex};
use consilium_identity::{
    Claim, FederationId, IdentityKey, UnixTime, Validity, Vouch, VouchError, Voucher,
};
use proptest::prelude::*;

use crate::key;

const FEDERATION: FederationId = FederationId([1; 32]);
const NOW: UnixTime = UnixTime(1_500);

fn claim() -> Claim {
    Claim {
        federation: FEDERATION,
        party: "hospital-b".parse().unwrap(),
        key: key(2).public(),
        validity: Validity {
            from: UnixTime(1_000),
            until: UnixTime(2_000),
        },
    }
}

fn voucher(name: &str, key: &IdentityKey) -> Voucher {
    Voucher {
        name: name.to_owned(),
        key: key.public(),
    }
}

fn vouchers() -> [Voucher; 2] {
    [
        voucher("insurer", &key(8)),
        voucher("health-bureau", &key(9)),
    ]
}

fn refused(text: &str, now: UnixTime) -> VouchError {
    let vouch: Vouch = text.parse().unwrap();
    vouch.check(&vouchers(), &FEDERATION, now).unwrap_err()
}

#[test]
fn a_vouch_names_the_authority_that_signed_it() {
    let vouch = Vouch::sign(claim(), &key(9));
    let vouchers = vouchers();
    for now in [UnixTime(1_000), NOW, UnixTime(2_000)] {
        let voucher = vouch.check(&vouchers, &FEDERATION, now).unwrap();
        assert_eq!(voucher.name, "health-bureau");
    }
    assert_eq!(vouch.to_string().parse(), Ok(vouch));
}

#[test]
fn what_is_signed_is_a_label_the_federation_and_a_hash_of_the_rest() {
    let rest = Tagged::new("consilium-identity.1.vouch")
        .field(b"hospital-b")
        .field(&key(2).public().to_bytes())
        .number(1_000)
        .number(2_000)
        .digest();
    let message = [b"statement.1.vouch\0".as_slice(), &FEDERATION.0, &rest].concat();
    let signature = hex::encode(&key(9).sign(&message).0);
    let vouch = Vouch::sign(claim(), &key(9)).to_string();
    assert!(vouch.ends_with(&signature), "{vouch}");
}

#[test]
fn before_its_time_and_after_it_a_vouch_is_refused() {
    let text = Vouch::sign(claim(), &key(9)).to_string();
    let party = claim().party;
    let (early, late) = (UnixTime(999), UnixTime(2_001));
    let not_yet = VouchError::NotYet {
        party: party.clone(),
        from: UnixTime(1_000),
        now: early,
    };
    assert_eq!(refused(&text, early), not_yet);
    let expired = VouchError::Expired {
        party,
        until: UnixTime(2_000),
        now: late,
    };
    assert_eq!(refused(&text, late), expired);
}

#[test]
fn a_vouch_for_another_federation_is_refused() {
    let elsewhere = Claim {
        federation: FederationId([2; 32]),
        ..claim()
    };
    let text = Vouch::sign(elsewhere, &key(9)).to_string();
    let party = claim().party;
    assert_eq!(
        refused(&text, NOW),
        VouchError::OtherFederation {
            party: party.clone()
        }
    );
    // Nor does it serve when somebody writes this federation into it.
    let moved = text.replace(&"02".repeat(32), &"01".repeat(32));
    let voucher = "health-bureau".to_owned();
    assert_eq!(refused(&moved, NOW), VouchError::Forged { party, voucher });
}

#[test]
fn a_vouch_by_somebody_whom_nobody_here_named_is_refused() {
    let text = Vouch::sign(claim(), &key(7)).to_string();
    let party = claim().party;
    assert_eq!(refused(&text, NOW), VouchError::Stranger { party });
}

#[test]
fn a_vouch_of_which_a_word_was_changed_is_refused() {
    let text = Vouch::sign(claim(), &key(9)).to_string();
    let forged = |from: &str, to: &str| {
        let changed = text.replace(from, to);
        assert_ne!(changed, text);
        let error = refused(&changed, NOW);
        assert!(matches!(error, VouchError::Forged { .. }), "{error}");
    };
    forged("hospital-b", "hospital-c");
    forged(&key(2).public().to_string(), &key(3).public().to_string());
    forged(" 1000 ", " 0 ");
    forged(" 2000 ", " 9999999999 ");
    forged(&key(9).public().to_string(), &key(8).public().to_string());
}

proptest! {
    #[test]
    fn what_is_no_vouch_is_said_to_be_none(text in ".{0,200}", cut: prop::sample::Index) {
        prop_assert_eq!(text.parse::<Vouch>(), Err(VouchError::NotOne));
        let vouch = Vouch::sign(claim(), &key(9)).to_string();
        prop_assert_eq!(vouch[..cut.index(vouch.len())].parse::<Vouch>(), Err(VouchError::NotOne));
    }
}
