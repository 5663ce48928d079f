//! Which keys count as verified.

use consilium_base::{Seed, Signature};
use consilium_identity::{
    Directory, Evidence, FederationId, Fingerprint, IdentityKey, PublicKey, StatementKind,
    Verification, VerificationError, Vouch, WordList, sign_statement, vouch_body,
};

const FEDERATION: FederationId = FederationId([1; 32]);

fn key(byte: u8) -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([byte; 32]))
}

fn directory() -> Directory {
    ["a", "b", "c"]
        .into_iter()
        .zip(1..)
        .map(|(party, byte)| (party.to_owned(), key(byte).public()))
        .collect()
}

fn words(key: &PublicKey) -> String {
    Fingerprint::of_key(key).words(WordList::Chinese)
}

fn vouch(party: &str, key: &PublicKey, authority: &IdentityKey) -> Vouch {
    let body = vouch_body(party, key);
    Vouch {
        authority: "health-bureau".to_owned(),
        key: authority.public(),
        signature: sign_statement(StatementKind::Vouch, &FEDERATION, &body, authority),
    }
}

#[test]
fn nobody_is_verified_by_the_coordinators_word() {
    let directory = directory();
    assert_eq!(directory.verified(["a", "b", "c"]), 0);
    assert_eq!(directory.unverified(["a", "x"]), ["a", "x"]);
    assert_eq!(directory.verification("x"), &Verification::Unverified);
}

#[test]
fn each_kind_of_evidence_verifies_the_party_that_it_is_for() {
    let mut directory = directory();
    let b = words(&key(2).public());
    directory.verify_own("a", &key(1).public()).unwrap();
    directory.verify_words("b", &b, "steward-li").unwrap();
    directory
        .verify_vouch("c", &vouch("c", &key(3).public(), &key(9)), &FEDERATION)
        .unwrap();

    let how = |party| directory.verification(party).clone();
    let verified = |how| Verification::Verified { how };
    let steward = "steward-li".to_owned();
    let name = "health-bureau".to_owned();
    assert_eq!(how("a"), verified(Evidence::Own));
    assert_eq!(how("b"), verified(Evidence::Words { steward }));
    assert_eq!(how("c"), verified(Evidence::Authority { name }));
    assert_eq!(directory.verified(["a", "b", "c", "x"]), 3);
    assert_eq!(directory.unverified(["a", "b", "c", "x"]), ["x"]);
}

#[test]
fn a_party_that_is_named_twice_counts_once_and_so_do_two_names_of_one_key() {
    let mut directory = directory();
    directory.insert("a-again".to_owned(), key(1).public());
    for party in ["a", "a-again"] {
        let words = words(&key(1).public());
        directory.verify_words(party, &words, "steward").unwrap();
    }
    assert_eq!(directory.verified(["a", "a", "a-again"]), 1);
}

#[test]
fn a_changed_key_is_unverified_and_the_same_one_stays_verified() {
    let mut directory = directory();
    let words = words(&key(1).public());
    directory.verify_words("a", &words, "steward").unwrap();
    directory.insert("a".to_owned(), key(1).public());
    assert_eq!(directory.verified(["a"]), 1);
    directory.insert("a".to_owned(), key(4).public());
    assert_eq!(directory.verified(["a"]), 0);
}

#[test]
fn wrong_words_verify_nobody_and_take_nothing_back() {
    let mut directory = directory();
    let (a, b) = (words(&key(1).public()), words(&key(2).public()));
    directory.verify_words("a", &a, "steward").unwrap();
    for party in ["a", "c"] {
        let error = directory.verify_words(party, &b, "steward").unwrap_err();
        assert!(matches!(error, VerificationError::Words { party: named, .. } if named == party));
    }
    assert_eq!(directory.unverified(["a", "c"]), ["c"]);
    let unknown = directory.verify_words("x", &a, "steward").unwrap_err();
    let party = "x".to_owned();
    assert_eq!(unknown, VerificationError::UnknownParty { party });
}

#[test]
fn another_key_under_ones_own_name_is_noticed() {
    let error = directory().verify_own("a", &key(4).public()).unwrap_err();
    let party = "a".to_owned();
    assert_eq!(error, VerificationError::NotOwn { party });
}

#[test]
fn an_authoritys_word_is_for_one_party_key_and_federation() {
    let authority = key(9);
    let a = key(1).public();
    let good = vouch("a", &a, &authority);
    let refused = |vouch: &Vouch, federation| {
        let error = directory()
            .verify_vouch("a", vouch, &federation)
            .unwrap_err();
        assert!(matches!(error, VerificationError::NotVouched { .. }));
    };
    refused(&vouch("b", &a, &authority), FEDERATION);
    refused(&vouch("a", &key(2).public(), &authority), FEDERATION);
    refused(&good, FederationId([2; 32]));
    refused(
        &Vouch {
            key: key(8).public(),
            ..good.clone()
        },
        FEDERATION,
    );
    refused(
        &Vouch {
            signature: Signature([0; 64]),
            ..good
        },
        FEDERATION,
    );
}
