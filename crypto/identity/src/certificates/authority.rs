//! The federation's authority: the coordinator's key that signs certificates.

use std::time::Duration;

use rand_core::CryptoRng;

use super::{
    Certificate, CertificateError, Purpose, Serial, SigningRequest, Validity,
    read::{self, AUTHORITY},
    write,
};
use crate::{FederationId, IdentityKey, PublicKey, UnixTime};

/// How long an authority is valid: ten years.
const AUTHORITY_LIFETIME: Duration = Duration::from_hours(10 * 365 * 24);
/// The longest that a party's certificate may be valid: it is renewed long before.
const LONGEST_LIFETIME: Duration = Duration::from_hours(398 * 24);
/// How far a certificate reaches back, for clocks that are slow.
const CLOCK_SKEW: Duration = Duration::from_mins(15);
/// The last second that a certificate can hold: the end of the year 9999.
const LAST: UnixTime = UnixTime(253_402_300_799);

/// What everybody knows of a federation's authority: its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityCertificate {
    der: Vec<u8>,
    name: String,
    key: PublicKey,
    valid: Validity,
}

impl AuthorityCertificate {
    /// Reads a certificate.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Malformed`] if it is no authority's, or not signed by its own key.
    pub fn from_der(der: &[u8]) -> Result<AuthorityCertificate, CertificateError> {
        let read = AUTHORITY.authority(der)?;
        Ok(AuthorityCertificate {
            der: der.to_vec(),
            name: read.signed.name,
            key: read.signed.key,
            valid: read.valid,
        })
    }

    /// Reads a certificate in PEM.
    ///
    /// # Errors
    ///
    /// As [`from_der`](AuthorityCertificate::from_der).
    pub fn from_pem(pem: &str) -> Result<AuthorityCertificate, CertificateError> {
        AuthorityCertificate::from_der(&AUTHORITY.unarmour(pem, super::LABEL)?)
    }

    /// Gives the certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Gives the certificate in PEM.
    pub fn to_pem(&self) -> String {
        read::armour(&self.der, super::LABEL)
    }

    /// Gives the authority's key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Says which federation it is.
    pub fn federation(&self) -> FederationId {
        self.key.federation()
    }

    /// Says when it is valid.
    pub fn validity(&self) -> Validity {
        self.valid
    }
}

/// A federation's authority.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct Authority {
    key: IdentityKey,
    certificate: AuthorityCertificate,
}

impl Authority {
    /// Founds a federation.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Clock`] if `now` is no time that a certificate can hold, and
    /// [`CertificateError::Malformed`] if the name is empty or longer than 64 characters.
    pub fn found(
        name: &str,
        key: IdentityKey,
        now: UnixTime,
    ) -> Result<Authority, CertificateError> {
        if !(1..=64).contains(&name.chars().count()) || name.contains(char::is_control) {
            return Err(AUTHORITY.bad("its name has not 1 to 64 printable characters"));
        }
        let valid = validity(now, AUTHORITY_LIFETIME)?;
        let der = write::authority(name, &key, valid);
        let certificate = AuthorityCertificate::from_der(&der)?;
        Ok(Authority { key, certificate })
    }

    /// Takes up the authority whose key and certificate were kept.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Malformed`] if they don't belong together.
    pub fn load(
        certificate: AuthorityCertificate,
        key: IdentityKey,
    ) -> Result<Authority, CertificateError> {
        if certificate.key != key.public() {
            return Err(AUTHORITY.bad("it is of another key"));
        }
        Ok(Authority { key, certificate })
    }

    /// Gives the authority's certificate.
    pub fn certificate(&self) -> &AuthorityCertificate {
        &self.certificate
    }

    /// Issues the certificate that is asked for, valid from now on for `lifetime`.
    ///
    /// Nothing of the request but its name and key is taken over. Whether its sender may have that
    /// name is for the invitation to say.
    ///
    /// # Errors
    ///
    /// If the lifetime is longer than 398 days or than the authority's own.
    pub fn issue(
        &self,
        request: &SigningRequest,
        purpose: Purpose,
        lifetime: Duration,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Result<Certificate, CertificateError> {
        if lifetime > LONGEST_LIFETIME {
            let (asked, longest) = (lifetime, LONGEST_LIFETIME);
            return Err(CertificateError::TooLong { asked, longest });
        }
        let valid = validity(now, lifetime)?;
        let until = self.certificate.valid.until;
        if valid.until > until {
            return Err(CertificateError::AuthorityEnds { until });
        }
        let leaf = write::Leaf {
            party: request.party(),
            key: request.key(),
            purpose,
            valid,
            serial: Serial::random(rng),
        };
        Certificate::from_der(&write::leaf(&leaf, &self.certificate.name, &self.key))
    }

    /// Issues the successor of a certificate that is still valid, for the same party, key and
    /// purpose.
    ///
    /// # Errors
    ///
    /// As [`issue`](Authority::issue); and if the current one is not valid, or the request is for
    /// another party or key.
    pub fn renew(
        &self,
        request: &SigningRequest,
        current: &Certificate,
        lifetime: Duration,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Result<Certificate, CertificateError> {
        current.check(&self.certificate, now)?;
        let party = current.party().clone();
        if *request.party() != party {
            let asked = request.party().clone();
            return Err(CertificateError::OtherParty { party, asked });
        }
        if request.key() != current.key() {
            return Err(CertificateError::OtherKey { party });
        }
        self.issue(request, current.purpose(), lifetime, now, rng)
    }
}

fn validity(now: UnixTime, lifetime: Duration) -> Result<Validity, CertificateError> {
    let valid = Validity {
        from: now.before(CLOCK_SKEW),
        until: now.after(lifetime),
    };
    if valid.from < UnixTime(0) || valid.until > LAST {
        return Err(CertificateError::Clock { now });
    }
    Ok(valid)
}
