//! The keys and certificates of the federation's authority and of the coordinator itself.

use std::{path::Path, sync::Arc, time::Duration};

use consilium_identity::{
    Authority, AuthorityCertificate, FederationId, IdentityKey, Purpose, SigningRequest,
};
use consilium_node::{Ambient, files, tls};

use crate::{Config, CoordinatorError, kept};

const AUTHORITY_KEY: &str = "authority.key";
const AUTHORITY_CERTIFICATE: &str = "authority.pem";
const OWN_KEY: &str = "coordinator.key";

/// What was founded, or was there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Founded {
    /// The federation: the hash of its authority's key.
    pub federation: FederationId,
    /// Whether it was founded just now.
    pub is_new: bool,
}

/// Founds a federation in the state folder, with the database that the daemon will keep; does
/// nothing where there is one.
///
/// A folder in which this was interrupted is completed.
///
/// # Errors
///
/// If folder or database can't be written, or hold something else.
pub async fn init(config: &Config, ambient: &Ambient) -> Result<Founded, CoordinatorError> {
    files::make_private(&config.state)?;
    let is_new = files::read_if_there(&config.state.join(AUTHORITY_CERTIFICATE))?.is_none();
    let own = key_or_new(&config.state.join(OWN_KEY), ambient)?;
    drop(own);
    let key = key_or_new(&config.state.join(AUTHORITY_KEY), ambient)?;
    let federation = key.public().federation();
    if is_new {
        let authority = Authority::found(&config.federation, key, ambient.now())?;
        // The certificate is written last: with it the federation is founded.
        kept::create(config, federation, ambient).await?;
        let certificate = authority.certificate().to_pem();
        files::write(
            &config.state.join(AUTHORITY_CERTIFICATE),
            certificate.as_bytes(),
        )?;
    }
    Ok(Founded { federation, is_new })
}

/// The federation's authority, as the daemon uses it. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Office {
    pub(crate) authority: Arc<Authority>,
    pub(crate) own: Arc<IdentityKey>,
    pub(crate) name: consilium_mailbox::PartyId,
    /// The federation's name.
    pub(crate) federation: Arc<str>,
    /// Where participants reach the coordinator.
    pub(crate) address: Arc<str>,
    pub(crate) certificate_lifetime: Duration,
}

impl Office {
    pub(crate) fn open(config: &Config) -> Result<Office, CoordinatorError> {
        let not_founded = || CoordinatorError::NotFounded {
            state: config.state.clone(),
        };
        let key = |name: &str| key(&config.state.join(name))?.ok_or_else(not_founded);
        let certificate = files::read_if_there(&config.state.join(AUTHORITY_CERTIFICATE))?;
        let certificate = AuthorityCertificate::from_pem(&certificate.ok_or_else(not_founded)?)?;
        files::make_private(&config.state)?;
        let authority = Authority::load(certificate, key(AUTHORITY_KEY)?)?;
        Ok(Office {
            authority: Arc::new(authority),
            own: Arc::new(key(OWN_KEY)?),
            name: config.name.clone(),
            federation: config.federation.as_str().into(),
            address: config.address.as_str().into(),
            certificate_lifetime: config.certificate_lifetime,
        })
    }

    pub(crate) fn federation(&self) -> FederationId {
        self.authority.certificate().federation()
    }

    /// Gives what callers are to trust.
    pub(crate) fn trusted(&self) -> Result<tls::Authority, CoordinatorError> {
        let certificate = self.authority.certificate().to_pem();
        Ok(tls::Authority::from_pem(certificate.as_bytes())?)
    }

    /// Issues the coordinator's own certificate; gives its chain and key in PEM.
    ///
    /// The chain goes up to the authority, so that a newcomer who only knows the federation's hash
    /// can tell whom it speaks to.
    fn certify(&self, ambient: &Ambient) -> Result<String, CoordinatorError> {
        let certificate = self.authority.issue(
            &SigningRequest::new(&self.name, &self.own),
            Purpose::Server,
            self.certificate_lifetime,
            ambient.now(),
            &mut ambient.generator(),
        )?;
        Ok(certificate.to_pem() + &self.authority.certificate().to_pem())
    }

    /// Gives credentials for the listener.
    pub(crate) fn credentials(
        &self,
        ambient: &Ambient,
    ) -> Result<tls::Credentials, CoordinatorError> {
        let chain = self.certify(ambient)?;
        let key = self.own.to_pem();
        Ok(tls::Credentials::from_pem(
            chain.as_bytes(),
            key.expose().as_bytes(),
        )?)
    }

    /// Puts a fresh certificate in the place of the present one.
    pub(crate) fn renew(
        &self,
        credentials: &tls::Credentials,
        ambient: &Ambient,
    ) -> Result<(), CoordinatorError> {
        let chain = self.certify(ambient)?;
        let key = self.own.to_pem();
        Ok(credentials.replace(chain.as_bytes(), key.expose().as_bytes())?)
    }
}

fn key_or_new(path: &Path, ambient: &Ambient) -> Result<IdentityKey, CoordinatorError> {
    if let Some(key) = key(path)? {
        return Ok(key);
    }
    let key = IdentityKey::random(&mut ambient.generator());
    files::write(path, key.to_pem().expose().as_bytes())?;
    Ok(key)
}

fn key(path: &Path) -> Result<Option<IdentityKey>, CoordinatorError> {
    let Some(text) = files::read_secret(path)? else {
        return Ok(None);
    };
    let key = IdentityKey::from_pem(text.expose());
    key.map(Some).map_err(|source| CoordinatorError::Key {
        path: path.to_owned(),
        source,
    })
}
