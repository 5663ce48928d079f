//! Who answers at an address, told by the hash of the federation's authority.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use consilium_identity::{
    AuthorityCertificate, Certificate, CertificateError, FederationId, Purpose, UnixTime,
};
use consilium_mailbox::PartyId;
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName},
    version::TLS13,
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

use crate::ParticipantError;

/// How long the other side may take to show who it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// The federation of an invitation, and its coordinator.
pub(super) struct Pinned {
    pub(super) authority: AuthorityCertificate,
    pub(super) coordinator: PartyId,
}

/// Asks who answers at an address for the authority's certificate.
///
/// Nothing is said on this connection; the next one trusts the authority that is found here and
/// nobody else.
pub(super) async fn authority(
    address: &str,
    federation: FederationId,
    now: UnixTime,
) -> Result<Pinned, ParticipantError> {
    let silent = |_| ParticipantError::Silent {
        address: address.to_owned(),
        waited: PATIENCE,
    };
    let chain = timeout(PATIENCE, shown(address)).await.map_err(silent)??;
    let other = || ParticipantError::OtherFederation {
        address: address.to_owned(),
        federation,
    };
    let authorities = chain
        .iter()
        .filter_map(|der| AuthorityCertificate::from_der(der).ok());
    let authority = authorities
        .into_iter()
        .find(|found| found.federation() == federation);
    let authority = authority.ok_or_else(other)?;
    let own = Certificate::from_der(chain.first().ok_or_else(other)?)?;
    match own.check(&authority, now) {
        Err(CertificateError::OtherAuthority { .. }) => return Err(other()),
        checked => checked?,
    }
    if own.purpose() != Purpose::Server {
        return Err(other());
    }
    Ok(Pinned {
        authority,
        coordinator: own.party().clone(),
    })
}

/// Gives the certificates that the other side shows, its own one first.
async fn shown(address: &str) -> Result<Vec<CertificateDer<'static>>, ParticipantError> {
    let unreachable = |why: std::io::Error| consilium_node::NodeError::Unreachable {
        address: address.to_owned(),
        why: why.to_string(),
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let looker = Arc::new(Looker {
        provider: provider.clone(),
        chain: Mutex::default(),
    });
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13]);
    let config = config.map_err(|why| consilium_node::NodeError::Credentials {
        what: "TLS configuration",
        why: why.to_string(),
    })?;
    let mut config = config
        .dangerous()
        .with_custom_certificate_verifier(looker.clone())
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let tcp = TcpStream::connect(address).await.map_err(unreachable)?;
    // The name is looked at by nobody: it is what is to be found out.
    let name = ServerName::try_from("coordinator").expect("it is a name");
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await;
    drop(stream.map_err(unreachable)?);
    let mut chain = looker.chain.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *chain))
}

/// Looks at certificates without trusting any.
#[derive(Debug)]
struct Looker {
    provider: Arc<CryptoProvider>,
    chain: Mutex<Vec<CertificateDer<'static>>>,
}

impl ServerCertVerifier for Looker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown = [end_entity].into_iter().chain(intermediates);
        let shown = shown.map(|certificate| certificate.clone().into_owned());
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = shown.collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
