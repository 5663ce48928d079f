//! Key files, ours and openssl's.

use consilium_base::{Secret, Seed};
use consilium_identity::{IdentityKey, KeyFileError};
use proptest::prelude::*;

/// Made by `openssl genpkey -algorithm ed25519` and `openssl pkcs8 -topk8`, OpenSSL 3.0.19, the
/// passphrase "correct horse", with `-scrypt` and without.
const PLAIN: &str = include_str!("../../vectors/key-plain-openssl.pem");
const SCRYPT: &str = include_str!("../../vectors/key-scrypt-openssl.pem");
const PBKDF2: &str = include_str!("../../vectors/key-pbkdf2-openssl.pem");

/// The second file with N = 2^30 in place of 2^14: a tebibyte of memory.
const COSTLY: &str = include_str!("../../vectors/key-scrypt-costly.pem");

/// The public key that openssl prints for it.
const PUBLIC: [u8; 32] = [
    0xa9, 0xb1, 0x60, 0x7d, 0x0e, 0x72, 0xfb, 0xf9, 0x5a, 0xc3, 0x3a, 0x92, 0xef, 0x9b, 0x1d, 0xbb,
    0x24, 0xa3, 0x70, 0xfc, 0x12, 0x7f, 0xe0, 0x9b, 0x22, 0x65, 0xd3, 0x87, 0x88, 0xc0, 0xeb, 0x3f,
];

/// Ours, of the same key; openssl reads it (`openssl pkey -in …`).
const OURS: &str = include_str!("../../vectors/key-scrypt-ours.pem");

fn passphrase(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn refusal(read: Result<IdentityKey, KeyFileError>) -> Option<KeyFileError> {
    read.err()
}

#[test]
fn keys_of_openssl_are_read() {
    let plain = IdentityKey::from_pem(PLAIN).unwrap();
    assert_eq!(plain.public().to_bytes(), PUBLIC);
    for pem in [SCRYPT, PBKDF2] {
        let key = IdentityKey::from_protected_pem(pem, &passphrase("correct horse")).unwrap();
        assert_eq!(key.public().to_bytes(), PUBLIC);
    }
}

#[test]
fn our_plain_file_is_openssls_to_the_byte() {
    let key = IdentityKey::from_pem(PLAIN).unwrap();
    assert_eq!(key.to_pem().expose(), PLAIN);
}

#[test]
fn our_protected_file_stays_the_same_and_opens() {
    let key = IdentityKey::from_pem(PLAIN).unwrap();
    let mut rng = Seed::from_bytes([1; 32]).generator();
    let ours = key.to_protected_pem(&passphrase("correct horse"), &mut rng);
    assert_eq!(ours, OURS);
    let key = IdentityKey::from_protected_pem(&ours, &passphrase("correct horse")).unwrap();
    assert_eq!(key.public().to_bytes(), PUBLIC);
}

#[test]
fn a_wrong_passphrase_is_named() {
    let read = IdentityKey::from_protected_pem(PBKDF2, &passphrase("wrong horse"));
    assert_eq!(refusal(read), Some(KeyFileError::WrongPassphrase));
}

#[test]
fn plain_and_protected_files_are_not_taken_for_each_other() {
    let read = IdentityKey::from_pem(SCRYPT);
    assert_eq!(refusal(read), Some(KeyFileError::Protected));
    let read = IdentityKey::from_protected_pem(PLAIN, &passphrase(""));
    assert_eq!(refusal(read), Some(KeyFileError::Unprotected));
}

#[test]
fn a_key_of_another_kind_is_named() {
    // The X25519 key of RFC 8410's form: the algorithm is 1.3.101.110.
    let other = PLAIN.replace("MC4CAQAwBQYDK2Vw", "MC4CAQAwBQYDK2Vu");
    let read = IdentityKey::from_pem(&other);
    assert_eq!(refusal(read), Some(KeyFileError::OtherKind));
}

#[test]
fn a_file_that_asks_for_too_much_is_refused_unread() {
    let read = IdentityKey::from_protected_pem(COSTLY, &passphrase("correct horse"));
    assert_eq!(refusal(read), Some(KeyFileError::Unsupported));
    let long = "x".repeat(1 << 20);
    assert_eq!(
        refusal(IdentityKey::from_pem(&long)),
        Some(KeyFileError::NotAKey)
    );
}

#[test]
fn what_is_no_key_is_said_to_be_none() {
    let certificate = PLAIN.replace("PRIVATE KEY", "CERTIFICATE");
    for text in ["", "key", "-----BEGIN PRIVATE KEY-----", &certificate] {
        assert_eq!(
            refusal(IdentityKey::from_pem(text)),
            Some(KeyFileError::NotAKey)
        );
    }
}

proptest! {
    #[test]
    fn a_damaged_file_never_panics(at in 0..PLAIN.len(), byte in 0_u8..128) {
        let mut text = PLAIN.as_bytes().to_vec();
        text[at] = byte;
        let _ = IdentityKey::from_pem(str::from_utf8(&text).unwrap());
    }
}
