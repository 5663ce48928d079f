//! Certificates and keys as TLS wants them.

use std::{
    fmt::Display,
    sync::{Arc, PoisonError, RwLock},
};

use rustls::{
    RootCertStore, SignatureScheme,
    client::ResolvesClientCert,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use super::provider;
use crate::NodeError;

/// A daemon's certificate and key, which may be renewed while it runs. Cloning is cheap.
///
/// New connections show what was put here last; those that are open stay.
#[derive(Clone, Debug)]
pub struct Credentials {
    current: Arc<RwLock<Arc<CertifiedKey>>>,
}

/// The certificates that the federation's authority signs with.
#[derive(Clone, Debug)]
pub struct Authority {
    roots: Arc<RootCertStore>,
}

impl Credentials {
    /// Reads a certificate chain, the own one first, and its key.
    ///
    /// # Errors
    ///
    /// [`NodeError::Credentials`] if they can't be read or don't belong together.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Credentials, NodeError> {
        let key = certified_key(chain, key)?;
        Ok(Credentials {
            current: Arc::new(RwLock::new(key)),
        })
    }

    /// Puts renewed ones in their place.
    ///
    /// # Errors
    ///
    /// [`NodeError::Credentials`] as for [`from_pem`](Credentials::from_pem); the old ones stay.
    pub fn replace(&self, chain: &[u8], key: &[u8]) -> Result<(), NodeError> {
        let key = certified_key(chain, key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = key;
        Ok(())
    }

    fn current(&self) -> Arc<CertifiedKey> {
        let current = self.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Credentials {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

impl ResolvesClientCert for Credentials {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl Authority {
    /// Reads the authority's certificates: one, or several while it is renewed.
    ///
    /// # Errors
    ///
    /// [`NodeError::Credentials`] if there is none, or one can't be used.
    pub fn from_pem(certificates: &[u8]) -> Result<Authority, NodeError> {
        let what = "federation's certificate";
        let mut roots = RootCertStore::empty();
        for certificate in certificates_in(certificates, what)? {
            roots.add(certificate).map_err(|why| unusable(what, why))?;
        }
        Ok(Authority {
            roots: Arc::new(roots),
        })
    }

    pub(super) fn roots(&self) -> Arc<RootCertStore> {
        self.roots.clone()
    }
}

pub(super) fn unusable(what: &'static str, why: impl Display) -> NodeError {
    let why = why.to_string();
    NodeError::Credentials { what, why }
}

fn certified_key(chain: &[u8], key: &[u8]) -> Result<Arc<CertifiedKey>, NodeError> {
    let chain = certificates_in(chain, "certificate")?;
    // What the parser says about a key could hold parts of it.
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|_| unusable("private key", "it is no private key in PEM"))?;
    let key = CertifiedKey::from_der(chain, key, &provider())
        .map_err(|why| unusable("certificate with its key", why))?;
    Ok(Arc::new(key))
}

fn certificates_in(
    pem: &[u8],
    what: &'static str,
) -> Result<Vec<CertificateDer<'static>>, NodeError> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = certificates.map_err(|why| unusable(what, why))?;
    if certificates.is_empty() {
        return Err(unusable(what, "there is no certificate in it"));
    }
    Ok(certificates)
}
