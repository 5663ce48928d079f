//! What brings a newcomer in.

use std::{str, sync::LazyLock, time::Duration};

use consilium_base::{Generator, Seed};
use consilium_identity::{
    Authority, AuthorityCertificate, Certificate, Fingerprint, IdentityKey, Invitation, Purpose,
    Role, SigningRequest, Token, UnixTime, Vouch,
};

/// Noon of a day in autumn 2026.
const NOW: UnixTime = UnixTime(1_795_000_000);

/// The authority under which certificates are read and requests are signed.
static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| {
    let key = IdentityKey::from_seed(&Seed::from_bytes([1; 32]));
    Authority::found("Fuzz", key, NOW).expect("the name is short and the year is 2026")
});

/// The one party that the authority has certified.
static MEMBER: LazyLock<Certificate> = LazyLock::new(|| {
    let party = "hospital-a".parse().expect("a party's name");
    issue(&SigningRequest::new(&party, &key()))
});

fn key() -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([2; 32]))
}

fn generator() -> Generator {
    Seed::from_bytes([3; 32]).generator()
}

fn issue(request: &SigningRequest) -> Certificate {
    let life = Duration::from_hours(90 * 24);
    let issued = AUTHORITY.issue(request, Purpose::Client, life, NOW, &mut generator());
    issued.expect("ninety days from now the authority lives")
}

/// An invitation has one meaning, whatever people and mail programs did to its text.
pub(super) fn invitation(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let _ = text.parse::<Role>();
    let _ = Fingerprint::of_key(&key().public()).compare(text);
    if let Ok(token) = Token::parse(text) {
        let again = Token::parse(token.text().expose()).expect("a token's own text is a token");
        assert_eq!(again.hash(), token.hash());
    }
    if let Ok(vouch) = text.parse::<Vouch>() {
        assert_eq!(vouch.to_string().parse(), Ok(vouch));
    }
    let Ok(invitation) = Invitation::parse(text) else {
        return;
    };
    let again = Invitation::parse(invitation.text().expose()).expect("its own text is one");
    assert_eq!(again.address(), invitation.address());
    assert_eq!(again.federation(), invitation.federation());
    assert_eq!(again.token().hash(), invitation.token().hash());
}

/// What a request asks for is certified for that name and key, or it is no request.
pub(super) fn signing_request(bytes: &[u8]) {
    let armoured = str::from_utf8(bytes).ok().map(SigningRequest::from_pem);
    let requests = [Some(SigningRequest::from_der(bytes)), armoured];
    for request in requests.into_iter().flatten().flatten() {
        let again = SigningRequest::from_pem(&request.to_pem()).expect("its own text is one");
        assert_eq!(again.der(), request.der());
        let certificate = issue(&request);
        assert_eq!(certificate.party(), request.party());
        assert_eq!(certificate.key(), request.key());
        let checked = certificate.check(AUTHORITY.certificate(), NOW);
        checked.expect("what was just issued is valid");
        let renewed = AUTHORITY.renew(
            &request,
            &MEMBER,
            Duration::from_hours(1),
            NOW,
            &mut generator(),
        );
        let is_member = (request.party(), request.key()) == (MEMBER.party(), MEMBER.key());
        assert_eq!(renewed.is_ok(), is_member);
    }
}

/// Nobody is who the authority hasn't certified.
pub(super) fn certificate(bytes: &[u8]) {
    let text = str::from_utf8(bytes).ok();
    let armoured = text.map(Certificate::from_pem);
    let read = [Some(Certificate::from_der(bytes)), armoured];
    for certificate in read.into_iter().flatten().flatten() {
        let again = Certificate::from_pem(&certificate.to_pem()).expect("its own text is one");
        assert_eq!(again.der(), certificate.der());
        for now in [UnixTime(i64::MIN), NOW, UnixTime(i64::MAX)] {
            let _ = certificate.is_due(now);
            let checked = certificate.check(AUTHORITY.certificate(), now);
            assert!(checked.is_err() || certificate.der() == MEMBER.der());
        }
    }
    let armoured = text.map(AuthorityCertificate::from_pem);
    let read = [Some(AuthorityCertificate::from_der(bytes)), armoured];
    for authority in read.into_iter().flatten().flatten() {
        let again = AuthorityCertificate::from_der(authority.der()).expect("its own bytes are one");
        assert_eq!(again.federation(), authority.federation());
        let checked = MEMBER.check(&authority, NOW);
        assert!(checked.is_err() || authority.key() == AUTHORITY.certificate().key());
    }
}
