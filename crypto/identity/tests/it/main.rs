//! Signatures verify for their signer and message, and for nothing else.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]

mod certificates;
mod fingerprints;
mod invitations;
mod keyfiles;
mod relay;
mod roles;
mod sealing;
mod vouches;

use consilium_base::{BadSignature, Seed, Signature, Signer, Verifier};
use consilium_identity::{BadKey, Directory, IdentityKey, PublicKey};
use proptest::prelude::*;

fn key(byte: u8) -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([byte; 32]))
}

fn directory() -> Directory {
    [
        ("a".to_owned(), key(1).public()),
        ("b".to_owned(), key(2).public()),
    ]
    .into()
}

proptest! {
    #[test]
    fn a_signature_verifies_for_its_signer_alone(message: Vec<u8>) {
        let signature = key(1).sign(&message);
        prop_assert_eq!(directory().verify("a", &message, &signature), Ok(()));
        prop_assert_eq!(
            directory().verify("b", &message, &signature),
            Err(BadSignature::Mismatch)
        );
    }

    #[test]
    fn a_changed_bit_anywhere_is_noticed(message: Vec<u8>, bit in 0_usize..512) {
        let mut signature = key(1).sign(&message);
        signature.0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(directory().verify("a", &message, &signature).is_err());
    }

    #[test]
    fn arbitrary_bytes_never_panic_as_a_key(bytes: [u8; 32]) {
        if let Ok(key) = PublicKey::from_bytes(&bytes) {
            prop_assert_eq!(key.to_bytes(), bytes);
            prop_assert!(key.verify(b"m", &Signature([0; 64])).is_err());
        }
    }
}

#[test]
fn an_unknown_party_is_said_to_be_unknown() {
    let signature = key(1).sign(b"m");
    let verified = directory().verify("c", b"m", &signature);
    assert_eq!(verified, Err(BadSignature::UnknownParty));
}

#[test]
fn a_key_of_small_order_is_refused() {
    let mut identity = [0; 32];
    identity[0] = 1;
    assert_eq!(PublicKey::from_bytes(&identity), Err(BadKey));
}

#[test]
fn a_signature_covers_the_tag_of_identities() {
    // RFC 8032, section 7.1, test 1: the plain signature of the empty message.
    const SECRET: [u8; 32] = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c,
        0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae,
        0x7f, 0x60,
    ];
    const PUBLIC: [u8; 32] = [
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07,
        0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07,
        0x51, 0x1a,
    ];
    let key = IdentityKey::from_seed(&Seed::from_bytes(SECRET));
    assert_eq!(key.public().to_bytes(), PUBLIC);
    assert_ne!(key.sign(b"").0[..4], [0xe5, 0x56, 0x43, 0x00]);
}
