//! Mutual TLS 1.3: who may connect, and who is at the other end.
//!
//! # Security
//!
//! Key exchange is X25519 with ML-KEM-768 where the other side has it. Sessions are not resumed:
//! every connection shows its certificate anew, so that expiry and revocation count.

mod counted;
mod credentials;
mod identity;
mod stream;

pub use credentials::{Authority, Credentials};
pub use identity::{Fingerprint, PeerIdentity, Roster};
pub use stream::{Caller, caller};

pub(crate) use counted::Counted;
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

/// How much is encrypted before it is handed to the system, in bytes: a piece of a long frame.
pub(crate) const BUFFER: usize = 256 << 10;

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

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PKCS_ED25519};
    use rustls::NamedGroup;
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    use super::*;

    fn credentials(issuer: &Issuer<'_, KeyPair>, name: &str) -> Credentials {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let chain = params.signed_by(&key, issuer).unwrap().pem();
        Credentials::from_pem(chain.as_bytes(), key.serialize_pem().as_bytes()).unwrap()
    }

    #[tokio::test]
    async fn both_sides_agree_on_keys_that_stay_secret_from_quantum_computers() {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let authority = params.self_signed(&key).unwrap().pem();
        let authority = Authority::from_pem(authority.as_bytes()).unwrap();
        let issuer = Issuer::new(params, key);
        let [server, client] = ["coordinator", "hospital-a"].map(|name| credentials(&issuer, name));
        let server = ServerTls::new(&server, &authority, Callers::Known).unwrap();
        let client = ClientTls::new(Some(&client), &authority, "coordinator").unwrap();

        let (near, far) = tokio::io::duplex(64 << 10);
        let accepting = TlsAcceptor::from(server.config).accept(far);
        let connecting = TlsConnector::from(client.config).connect(client.server, near);
        let (accepted, connected) = tokio::join!(accepting, connecting);
        let (accepted, connected) = (accepted.unwrap(), connected.unwrap());
        let group = accepted.get_ref().1.negotiated_key_exchange_group();
        assert_eq!(group.unwrap().name(), NamedGroup::X25519MLKEM768);
        let shown = accepted.get_ref().1.peer_certificates().unwrap();
        let who = PeerIdentity::read(&shown[0]).unwrap();
        assert_eq!(who.party().unwrap().as_str(), "hospital-a");
        assert_eq!(connected.get_ref().1.tls13_tickets_received(), 0);
    }
}
