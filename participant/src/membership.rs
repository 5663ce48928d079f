//! What makes an institution a member: its key, its certificate, whose federation it is.

use std::{path::Path, sync::Arc};

use consilium_identity::{AuthorityCertificate, Certificate, IdentityKey};
use consilium_mailbox::PartyId;
use consilium_node::{Ambient, NodeError, files, tls};
use serde::{Deserialize, Serialize};

use crate::ParticipantError;

const KEY: &str = "participant.key";
const CERTIFICATE: &str = "participant.pem";
const AUTHORITY: &str = "authority.pem";
const MEMBERSHIP: &str = "membership.toml";

/// What the coordinator said when this institution joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    pub(crate) party: PartyId,
    /// The federation's name, as people call it.
    pub(crate) federation: String,
    /// The coordinator's party.
    pub(crate) coordinator: PartyId,
    /// Where the coordinator answers.
    pub(crate) address: String,
}

/// A membership, as the state folder holds it.
pub(crate) struct Membership {
    pub(crate) about: About,
    pub(crate) key: Arc<IdentityKey>,
    pub(crate) certificate: Certificate,
    pub(crate) authority: AuthorityCertificate,
}

impl Membership {
    /// Reads the membership.
    ///
    /// # Errors
    ///
    /// [`ParticipantError::NotJoined`] if there is none.
    pub(crate) fn open(state: &Path) -> Result<Membership, ParticipantError> {
        let not_joined = || ParticipantError::NotJoined {
            state: state.to_owned(),
        };
        let text = |name: &str| files::read_if_there(&state.join(name))?.ok_or_else(not_joined);
        let path = state.join(MEMBERSHIP);
        let about = toml::from_str(&text(MEMBERSHIP)?);
        let about = about.map_err(|error: toml::de::Error| ParticipantError::Membership {
            path,
            why: error.message().to_owned(),
        })?;
        Ok(Membership {
            about,
            key: Arc::new(key(&state.join(KEY))?.ok_or_else(not_joined)?),
            certificate: Certificate::from_pem(&text(CERTIFICATE)?)?,
            authority: AuthorityCertificate::from_pem(&text(AUTHORITY)?)?,
        })
    }

    /// Keeps a new membership; it holds once the last file is written.
    pub(crate) fn keep(&self, state: &Path) -> Result<(), ParticipantError> {
        keep_certificate(state, &self.certificate)?;
        files::write(&state.join(AUTHORITY), self.authority.to_pem().as_bytes())?;
        let path = state.join(MEMBERSHIP);
        let about = toml::to_string(&self.about);
        let about = about.map_err(|error| ParticipantError::Membership {
            path: path.clone(),
            why: error.to_string(),
        })?;
        Ok(files::write(&path, about.as_bytes())?)
    }

    /// Gives what other daemons are shown.
    pub(crate) fn credentials(&self) -> Result<tls::Credentials, ParticipantError> {
        let (chain, key) = (self.certificate.to_pem(), self.key.to_pem());
        let credentials = tls::Credentials::from_pem(chain.as_bytes(), key.expose().as_bytes());
        Ok(credentials?)
    }

    /// Gives whom this institution trusts to name the coordinator.
    pub(crate) fn trusted(&self) -> Result<tls::Authority, ParticipantError> {
        Ok(trusted(&self.authority)?)
    }
}

/// Gives an authority as TLS wants it.
pub(crate) fn trusted(authority: &AuthorityCertificate) -> Result<tls::Authority, NodeError> {
    tls::Authority::from_pem(authority.to_pem().as_bytes())
}

/// Keeps a renewed certificate.
pub(crate) fn keep_certificate(
    state: &Path,
    certificate: &Certificate,
) -> Result<(), ParticipantError> {
    let certificate = certificate.to_pem();
    Ok(files::write(
        &state.join(CERTIFICATE),
        certificate.as_bytes(),
    )?)
}

/// Says under which name the institution has joined, if it has.
pub(crate) fn joined(state: &Path) -> Result<Option<PartyId>, ParticipantError> {
    match Membership::open(state) {
        Ok(membership) => Ok(Some(membership.about.party)),
        Err(ParticipantError::NotJoined { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Gives the institution's key; makes it where there is none. It never leaves the machine.
pub(crate) fn key_or_new(state: &Path, ambient: &Ambient) -> Result<IdentityKey, ParticipantError> {
    let path = state.join(KEY);
    if let Some(key) = key(&path)? {
        return Ok(key);
    }
    let key = IdentityKey::random(&mut ambient.generator());
    files::write(&path, key.to_pem().expose().as_bytes())?;
    Ok(key)
}

fn key(path: &Path) -> Result<Option<IdentityKey>, ParticipantError> {
    let Some(text) = files::read_secret(path)? else {
        return Ok(None);
    };
    let key = IdentityKey::from_pem(text.expose());
    key.map(Some).map_err(|source| ParticipantError::Key {
        path: path.to_owned(),
        source,
    })
}
