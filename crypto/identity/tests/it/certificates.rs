//! Certificates: issued, read, checked, renewed, and believed by TLS.

use std::{sync::Arc, time::Duration};

use consilium_base::Seed;
use consilium_identity::{
    Authority, AuthorityCertificate, Certificate, CertificateError, IdentityKey, Purpose,
    SigningRequest, UnixTime,
};
use consilium_mailbox::{Fault, PartyId};
use proptest::prelude::*;
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
    server::WebPkiClientVerifier,
    sign::CertifiedKey,
};

/// 2026-01-01 00:00 UTC.
const NOW: UnixTime = UnixTime(1_767_225_600);
const DAY: Duration = Duration::from_hours(24);

fn key(byte: u8) -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([byte; 32]))
}

fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

fn authority() -> Authority {
    Authority::found("华东医保联合体", key(1), NOW).unwrap()
}

fn request() -> SigningRequest {
    SigningRequest::new(&party("hospital-a"), &key(2))
}

fn issue(request: &SigningRequest, purpose: Purpose, now: UnixTime) -> Certificate {
    let mut rng = Seed::from_bytes([3; 32]).generator();
    let issued = authority().issue(request, purpose, 90 * DAY, now, &mut rng);
    issued.unwrap()
}

fn renew(request: &SigningRequest, now: UnixTime) -> Result<Certificate, CertificateError> {
    let current = issue(&self::request(), Purpose::Client, NOW);
    let mut rng = Seed::from_bytes([4; 32]).generator();
    authority().renew(request, &current, 90 * DAY, now, &mut rng)
}

fn malformed<T: std::fmt::Debug>(read: Result<T, CertificateError>) -> &'static str {
    match read.unwrap_err() {
        CertificateError::Malformed { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_certificate_says_who_whose_key_and_until_when() {
    let certificate = issue(&request(), Purpose::Client, NOW);
    assert_eq!(certificate.party(), &party("hospital-a"));
    assert_eq!(certificate.key(), &key(2).public());
    assert_eq!(certificate.purpose(), Purpose::Client);
    assert_eq!(certificate.validity().until, NOW.after(90 * DAY));
    assert_eq!(certificate.check(authority().certificate(), NOW), Ok(()));
}

#[test]
fn an_issued_certificate_stays_the_same_to_the_byte() {
    // `openssl verify -CAfile authority.pem certificate.pem` says OK, at a time in 2026.
    let authority = authority();
    assert_eq!(
        authority.certificate().to_pem(),
        include_str!("../../vectors/authority.pem")
    );
    let certificate = issue(&request(), Purpose::Client, NOW);
    assert_eq!(
        certificate.to_pem(),
        include_str!("../../vectors/certificate.pem")
    );
}

#[test]
fn what_was_written_is_read_back() {
    let authority = authority();
    let own = authority.certificate();
    assert_eq!(
        AuthorityCertificate::from_pem(&own.to_pem()).as_ref(),
        Ok(own)
    );
    assert_eq!(own.federation(), key(1).public().federation());
    assert_eq!(SigningRequest::from_pem(&request().to_pem()), Ok(request()));
    let certificate = issue(&request(), Purpose::Server, NOW);
    assert_eq!(
        Certificate::from_pem(&certificate.to_pem()),
        Ok(certificate)
    );
    assert!(Authority::load(own.clone(), key(1)).is_ok());
}

#[test]
fn tls_believes_the_certificate_for_its_purpose_and_no_other() {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    let root = authority().certificate().der().to_vec();
    roots.add(CertificateDer::from(root)).unwrap();
    let roots = Arc::new(roots);
    let clients = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone());
    let clients = clients.build().unwrap();
    let servers = WebPkiServerVerifier::builder_with_provider(roots, provider.clone());
    let servers = servers.build().unwrap();
    let now =
        rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(NOW.0.cast_unsigned()));

    for (purpose, to_clients) in [(Purpose::Client, false), (Purpose::Server, true)] {
        let certificate = issue(&request(), purpose, NOW);
        let der = CertificateDer::from(certificate.der().to_vec());
        let name = |name: &'static str| ServerName::try_from(name).unwrap();
        let serves = |name| {
            servers
                .verify_server_cert(&der, &[], &name, &[], now)
                .is_ok()
        };
        assert_eq!(serves(name("hospital-a")), to_clients);
        assert!(!serves(name("coordinator")));
        let dials = clients.verify_client_cert(&der, &[], now).is_ok();
        assert_eq!(dials, !to_clients);
        let own = PrivatePkcs8KeyDer::from(key(2).to_der().expose().clone());
        let own = CertifiedKey::from_der(vec![der], PrivateKeyDer::Pkcs8(own), &provider);
        own.unwrap().keys_match().unwrap();
    }
}

#[test]
fn a_request_of_openssl_is_read_and_what_it_asks_for_beside_name_and_key_is_not_given() {
    let request = SigningRequest::from_pem(include_str!("../../vectors/request-openssl.pem"));
    let request = request.unwrap();
    assert_eq!(request.party(), &party("hospital-a"));
    let certificate = issue(&request, Purpose::Client, NOW);
    // It asked to be an authority: such a certificate would not be read as a party's.
    assert_eq!(certificate.key(), request.key());
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    let other = Authority::found("华东医保联合体", key(9), NOW).unwrap();
    let certificate = issue(&request(), Purpose::Client, NOW);
    let error = certificate.check(other.certificate(), NOW).unwrap_err();
    let party = party("hospital-a");
    assert_eq!(error.fault(), Fault::Peer(party.clone()));
    assert_eq!(error, CertificateError::OtherAuthority { party });
}

#[test]
fn a_certificate_holds_from_a_quarter_hour_back_until_its_end() {
    let certificate = issue(&request(), Purpose::Client, NOW);
    let authority = authority();
    let check = |now| certificate.check(authority.certificate(), now);
    let (slow, end) = (NOW.before(Duration::from_mins(15)), NOW.after(90 * DAY));
    assert_eq!(check(slow), Ok(()));
    assert!(matches!(
        check(UnixTime(slow.0 - 1)),
        Err(CertificateError::NotYet { .. })
    ));
    assert_eq!(check(end), Ok(()));
    assert!(matches!(
        check(UnixTime(end.0 + 1)),
        Err(CertificateError::Expired { .. })
    ));
}

#[test]
fn renewal_is_due_when_a_third_of_the_life_is_left() {
    let certificate = issue(&request(), Purpose::Client, NOW);
    assert!(!certificate.is_due(NOW.after(59 * DAY)));
    assert!(certificate.is_due(NOW.after(61 * DAY)));
    assert!(certificate.is_due(NOW.after(100 * DAY)));
}

#[test]
fn a_renewed_certificate_is_for_the_same_party_and_key_under_a_new_number() {
    let now = NOW.after(61 * DAY);
    let renewed = renew(&request(), now).unwrap();
    let before = issue(&request(), Purpose::Client, NOW);
    assert_eq!(renewed.party(), before.party());
    assert_eq!(renewed.key(), before.key());
    assert_eq!(renewed.purpose(), before.purpose());
    assert_ne!(renewed.serial(), before.serial());
    assert_eq!(renewed.validity().until, now.after(90 * DAY));
}

#[test]
fn renewal_for_another_party_or_key_or_too_late_is_refused() {
    let a = party("hospital-a");
    let other_party = SigningRequest::new(&party("hospital-b"), &key(2));
    let (party, asked) = (a.clone(), party("hospital-b"));
    let refused = renew(&other_party, NOW);
    assert_eq!(refused, Err(CertificateError::OtherParty { party, asked }));
    let other_key = SigningRequest::new(&a, &key(5));
    let refused = renew(&other_key, NOW);
    assert_eq!(refused, Err(CertificateError::OtherKey { party: a }));
    let late = renew(&request(), NOW.after(91 * DAY));
    assert!(matches!(late, Err(CertificateError::Expired { .. })));
}

#[test]
fn lifetimes_are_bounded() {
    let issue = |lifetime, now| {
        let mut rng = Seed::from_bytes([3; 32]).generator();
        authority().issue(&request(), Purpose::Client, lifetime, now, &mut rng)
    };
    assert!(matches!(
        issue(399 * DAY, NOW),
        Err(CertificateError::TooLong { .. })
    ));
    let nine_years = NOW.after(9 * 365 * DAY + 300 * DAY);
    let too_late = issue(90 * DAY, nine_years);
    assert!(matches!(
        too_late,
        Err(CertificateError::AuthorityEnds { .. })
    ));
    for absurd in [i64::MIN, -1, i64::MAX] {
        let absurd = issue(DAY, UnixTime(absurd));
        assert!(matches!(absurd, Err(CertificateError::Clock { .. })));
    }
}

#[test]
fn an_authority_needs_a_name_and_its_own_key() {
    for name in ["", "a\nb", &"x".repeat(65)] {
        let founded = Authority::found(name, key(1), NOW);
        malformed(founded.map(drop));
    }
    let loaded = Authority::load(authority().certificate().clone(), key(2));
    malformed(loaded.map(drop));
}

#[test]
fn one_kind_of_thing_is_not_taken_for_another() {
    let certificate = issue(&request(), Purpose::Client, NOW);
    let authority = authority();
    let own = authority.certificate();
    assert_eq!(
        malformed(Certificate::from_der(own.der())),
        "it is an authority's"
    );
    let read = AuthorityCertificate::from_der(certificate.der());
    assert_eq!(malformed(read), "it is a party's");
    malformed(SigningRequest::from_der(certificate.der()));
    let read = Certificate::from_pem(&request().to_pem());
    assert_eq!(malformed(read), "its PEM holds something else");
    assert_eq!(
        malformed(Certificate::from_pem("certificate")),
        "it is no PEM"
    );
    let long = Certificate::from_der(&vec![0x30; 1 << 16]);
    assert_eq!(malformed(long), "it is too long");
}

#[test]
fn a_changed_byte_in_a_request_is_noticed() {
    let der = request().der().to_vec();
    for at in 0..der.len() {
        let mut changed = der.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(SigningRequest::from_der(&changed).is_err(), "byte {at}");
    }
}

#[test]
fn a_changed_byte_in_a_certificate_is_noticed() {
    let authority = authority();
    let der = issue(&request(), Purpose::Client, NOW).der().to_vec();
    for at in 0..der.len() {
        let mut changed = der.clone();
        changed[at] ^= 1 << (at % 8);
        let read = Certificate::from_der(&changed);
        let checked = read.and_then(|read| read.check(authority.certificate(), NOW));
        assert!(checked.is_err(), "byte {at}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, text: String) {
        prop_assert!(Certificate::from_der(&bytes).is_err());
        prop_assert!(AuthorityCertificate::from_der(&bytes).is_err());
        prop_assert!(SigningRequest::from_der(&bytes).is_err());
        prop_assert!(Certificate::from_pem(&text).is_err());
    }

    #[test]
    fn every_name_of_a_party_can_have_a_certificate(name in "[a-z0-9][a-z0-9._-]{0,63}") {
        let request = SigningRequest::new(&party(&name), &key(2));
        let request = SigningRequest::from_der(request.der()).unwrap();
        let certificate = issue(&request, Purpose::Client, NOW);
        prop_assert_eq!(certificate.party(), &party(&name));
    }
}
