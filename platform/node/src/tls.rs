//! Mutual TLS 1.3: who may connect, and who is at the other end.
//!
//! # Security
//!
//! Key exchange is X25519 with ML-KEM-768 where the other side has it. Sessions are not resumed:
//! every connection shows its certificate anew, so that expiry and revocation count.

mod credentials;
mod identity;
mod stream;

pub use credentials::{Authority, Credentials};
pub use identity::{Fingerprint, PeerIdentity, Roster};
pub use stream::{Caller, caller};

pub(crate) use stream::{Secured, secure};

use std::sync::Arc;

use rustls::{
    ClientConfig, ServerConfig,
    client::Resumption,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::ServerName,
    server::{NoServerSessionStorage, WebPkiClientVerifier},
    version::TLS13,
};

use crate::NodeError;

/// What a coordinator needs to accept connections.
#[derive(Clone, Debug)]
pub struct ServerTls {
    pub(crate) config: Arc<ServerConfig>,
}

/// What a participant needs to connect.
#[derive(Clone, Debug)]
pub struct ClientTls {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) server: ServerName<'static>,
}

/// Whether callers need a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Every caller shows one.
    Known,
    /// Newcomers may come without; what they may call asks for no [`caller`].
    AlsoNewcomers,
}

impl ServerTls {
    /// Accepts callers with certificates of the federation.
    ///
    /// # Errors
    ///
    /// [`NodeError::Credentials`] if the authority can't be used.
    pub fn new(
        credentials: &Credentials,
        authority: &Authority,
        callers: Callers,
    ) -> Result<ServerTls, NodeError> {
        let provider = provider();
        let mut verifier =
            WebPkiClientVerifier::builder_with_provider(authority.roots(), provider.clone());
        if callers == Callers::AlsoNewcomers {
            verifier = verifier.allow_unauthenticated();
        }
        let verifier = verifier
            .build()
            .map_err(|why| credentials::unusable("federation's certificate", why))?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])
            .map_err(|why| credentials::unusable("TLS configuration", why))?
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(Arc::new(credentials.clone()));
        config.alpn_protocols = vec![b"h2".to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(ServerTls {
            config: Arc::new(config),
        })
    }
}

impl ClientTls {
    /// Connects to who shows a certificate of the federation for the name `server`; without
    /// credentials as a newcomer.
    ///
    /// # Errors
    ///
    /// [`NodeError::Credentials`] if the name is none.
    pub fn new(
        credentials: Option<&Credentials>,
        authority: &Authority,
        server: &str,
    ) -> Result<ClientTls, NodeError> {
        let config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .map_err(|why| credentials::unusable("TLS configuration", why))?
            .with_root_certificates(authority.roots());
        let mut config = match credentials {
            Some(credentials) => config.with_client_cert_resolver(Arc::new(credentials.clone())),
            None => config.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        config.resumption = Resumption::disabled();
        let server = ServerName::try_from(server.to_owned())
            .map_err(|why| credentials::unusable("coordinator's name", why))?;
        Ok(ClientTls {
            config: Arc::new(config),
            server,
        })
    }
}

/// Makes aws-lc-rs the process's one provider of cryptography for TLS.
///
/// The first act of every binary: libraries that ask for the process's provider get this one.
pub fn install_provider() {
    // A second call finds the first one's.
    let _ = aws_lc_rs::default_provider().install_default();
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
