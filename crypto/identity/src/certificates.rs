//! Certificates: what mutual TLS knows a party by.
//!
//! A certificate says that a key is a party's, in the words of the federation's authority, for a
//! while. Whether that party still belongs to the federation is for the roster to say: a
//! certificate that is revoked is one whose key or serial number the roster doesn't hold.

mod authority;
mod error;
mod read;
mod request;
mod write;

use std::fmt;

use consilium_mailbox::PartyId;
use rand_core::CryptoRng;

pub use authority::{Authority, AuthorityCertificate};
pub use error::CertificateError;
use read::CERTIFICATE;
pub use request::SigningRequest;

use crate::{PublicKey, UnixTime};

const LABEL: &str = "CERTIFICATE";

/// At which end of a connection a certificate is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// By whoever dials: institutions and people.
    Client,
    /// By whoever is dialled: the coordinator.
    Server,
}

/// From when until when something is valid, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first moment.
    pub from: UnixTime,
    /// The last moment.
    pub until: UnixTime,
}

/// The number by which an authority tells its certificates apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(pub [u8; 16]);

impl Serial {
    fn random(rng: &mut impl CryptoRng) -> Serial {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        // Numbers in DER are signed, and written without leading zeros.
        let [first, ..] = &mut bytes;
        *first = *first & 0x3f | 0x40;
        Serial(bytes)
    }

    fn from_der(bytes: &[u8]) -> Option<Serial> {
        let mut serial = [0; 16];
        let start = serial.len().checked_sub(bytes.len())?;
        serial.get_mut(start..)?.copy_from_slice(bytes);
        Some(Serial(serial))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A party's certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    party: PartyId,
    key: PublicKey,
    purpose: Purpose,
    valid: Validity,
    serial: Serial,
}

impl Certificate {
    /// Reads a certificate. Who signed it, and when it is valid, is for
    /// [`check`](Certificate::check) to say.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Malformed`] if it is none of a party.
    pub fn from_der(der: &[u8]) -> Result<Certificate, CertificateError> {
        let (read, party, purpose) = CERTIFICATE.leaf(der)?;
        Ok(Certificate {
            der: der.to_vec(),
            party,
            key: read.signed.key,
            purpose,
            valid: read.valid,
            serial: read.serial,
        })
    }

    /// Reads a certificate in PEM.
    ///
    /// # Errors
    ///
    /// As [`from_der`](Certificate::from_der).
    pub fn from_pem(pem: &str) -> Result<Certificate, CertificateError> {
        Certificate::from_der(&CERTIFICATE.unarmour(pem, LABEL)?)
    }

    /// Checks that the authority signed it and that it is valid now.
    ///
    /// # Errors
    ///
    /// [`CertificateError`], naming the party and what is wrong.
    pub fn check(
        &self,
        authority: &AuthorityCertificate,
        now: UnixTime,
    ) -> Result<(), CertificateError> {
        let party = self.party.clone();
        let (read, ..) = CERTIFICATE.leaf(&self.der)?;
        if !read.signed.is_by(authority.key()) {
            return Err(CertificateError::OtherAuthority { party });
        }
        let Validity { from, until } = self.valid;
        if now < from {
            return Err(CertificateError::NotYet { party, from, now });
        }
        if now > until {
            return Err(CertificateError::Expired { party, until, now });
        }
        Ok(())
    }

    /// Tells whether it is time to renew it: less than a third of its life is left.
    pub fn is_due(&self, now: UnixTime) -> bool {
        let Validity { from, until } = self.valid;
        let life = until.0.saturating_sub(from.0);
        until.0.saturating_sub(now.0) < life / 3
    }

    /// Gives the certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Gives the certificate in PEM.
    pub fn to_pem(&self) -> String {
        read::armour(&self.der, LABEL)
    }

    /// Says whose it is.
    pub fn party(&self) -> &PartyId {
        &self.party
    }

    /// Gives the party's key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Says at which end of a connection it is shown.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Says when it is valid.
    pub fn validity(&self) -> Validity {
        self.valid
    }

    /// Gives its number.
    pub fn serial(&self) -> Serial {
        self.serial
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("party", &self.party)
            .field("serial", &self.serial)
            .field("valid", &self.valid)
            .finish_non_exhaustive()
    }
}
