//! Who is at the other end of a connection, and whether it may be there.

use std::fmt;

use consilium_mailbox::PartyId;
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use webpki::EndEntityCert;

use crate::NodeError;

/// The SHA-256 of a public key, in the form in which a certificate holds it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the certificate says that a caller showed and TLS verified.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PeerIdentity {
    /// The first DNS name among the certificate's alternative names.
    pub name: String,
    /// Of the certificate's public key.
    pub key: Fingerprint,
    /// The certificate's serial number, big-endian.
    pub serial: Vec<u8>,
}

/// Who belongs to the federation, at this moment.
pub trait Roster: fmt::Debug + Send + Sync + 'static {
    /// Tells whether this identity may be connected.
    fn admits(&self, who: &PeerIdentity) -> bool;

    /// Tells of every change; live connections are asked about anew.
    fn changes(&self) -> watch::Receiver<u64>;
}

impl PeerIdentity {
    /// Reads what a verified certificate says.
    pub(super) fn read(certificate: &CertificateDer<'_>) -> Result<PeerIdentity, NodeError> {
        let certificate = EndEntityCert::try_from(certificate).map_err(|_| NodeError::Nameless)?;
        let name = certificate.valid_dns_names().next();
        let key = Sha256::digest(certificate.subject_public_key_info());
        Ok(PeerIdentity {
            name: name.ok_or(NodeError::Nameless)?.to_owned(),
            key: Fingerprint(key.into()),
            serial: certificate.serial().to_vec(),
        })
    }

    /// Gives the party that the certificate names.
    ///
    /// # Errors
    ///
    /// [`NodeError::Nameless`] if the name is no party's.
    pub fn party(&self) -> Result<PartyId, NodeError> {
        self.name.parse().map_err(|_| NodeError::Nameless)
    }
}
