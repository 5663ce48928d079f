//! A party's request for a certificate.

use consilium_mailbox::PartyId;

use super::{
    CertificateError,
    read::{self, REQUEST},
    write,
};
use crate::{IdentityKey, PublicKey};

const LABEL: &str = "CERTIFICATE REQUEST";

/// A party's request for a certificate: its name and key, signed by that key (PKCS#10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningRequest {
    der: Vec<u8>,
    party: PartyId,
    key: PublicKey,
}

impl SigningRequest {
    /// Writes a request.
    pub fn new(party: &PartyId, key: &IdentityKey) -> SigningRequest {
        SigningRequest {
            der: write::request(party, key),
            party: party.clone(),
            key: key.public(),
        }
    }

    /// Reads a request, and checks that its key signed it.
    ///
    /// # Errors
    ///
    /// If it is malformed, names no party or more than one, or its key didn't sign it.
    pub fn from_der(der: &[u8]) -> Result<SigningRequest, CertificateError> {
        let (party, key) = REQUEST.request(der)?;
        let der = der.to_vec();
        Ok(SigningRequest { der, party, key })
    }

    /// Reads a request in PEM.
    ///
    /// # Errors
    ///
    /// As [`from_der`](SigningRequest::from_der).
    pub fn from_pem(pem: &str) -> Result<SigningRequest, CertificateError> {
        SigningRequest::from_der(&REQUEST.unarmour(pem, LABEL)?)
    }

    /// Gives the request in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Gives the request in PEM.
    pub fn to_pem(&self) -> String {
        read::armour(&self.der, LABEL)
    }

    /// Says who asks.
    pub fn party(&self) -> &PartyId {
        &self.party
    }

    /// Gives the key that the certificate is to be of.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }
}
