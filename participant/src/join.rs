//! Joining a federation: an invitation becomes a certificate.

mod pin;

use std::sync::Arc;

use consilium_identity::{
    AuthorityCertificate, Certificate, FederationId, Fingerprint, IdentityKey, Invitation, Purpose,
    SigningRequest,
};
use consilium_mailbox::{PartyId, readable};
use consilium_node::{
    Ambient, dial, files, grpc::enrolment_client::EnrolmentClient, tls::ClientTls,
};
use consilium_proto::v1;
use consilium_schema::is_plain;

use crate::{
    Config, ParticipantError,
    membership::{self, About, Membership, trusted},
    store,
};

/// The most characters of a federation's name.
const MOST_FEDERATION_NAME: usize = 64;

/// What a new member should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// This institution.
    pub party: PartyId,
    /// The federation's name, as people call it.
    pub federation: String,
    /// What tells it from every other federation.
    pub federation_id: FederationId,
    /// The coordinator's party.
    pub coordinator: PartyId,
    /// What the others compare with this institution's people by phone.
    pub fingerprint: Fingerprint,
}

/// Joins the federation of an invitation: makes a key that stays here and the database that the
/// daemon will keep, asks for a certificate and keeps it in the state folder.
///
/// May be repeated with the same invitation where it was interrupted.
///
/// # Errors
///
/// If the institution has joined before, the invitation does not hold, or somebody else answers
/// than the coordinator of the invitation's federation.
///
/// # Security
///
/// The invitation's hash of the authority's key says which federation is meant; the token is shown
/// to nobody who can't prove a certificate of it.
pub async fn join(
    config: &Config,
    invitation: &str,
    ambient: &Ambient,
) -> Result<Joined, ParticipantError> {
    let invitation = Invitation::parse(invitation)?;
    let state = &config.state;
    if let Some(party) = membership::joined(state)? {
        let state = state.clone();
        return Err(ParticipantError::Joined { state, party });
    }
    files::make_private(state)?;
    let key = membership::key_or_new(state, ambient)?;
    let enrolled = enrol(
        &config.party,
        &key,
        &invitation,
        config.coordinator.as_deref(),
        ambient,
    );
    let Enrolled {
        certificate,
        authority,
        federation,
        coordinator,
        address,
    } = enrolled.await?;
    // After the answer: under a name that no invitation is for, nothing is founded here.
    let store = store::create(state, &config.party, ambient.seed()).await?;
    store.close().await;
    let membership = Membership {
        about: About {
            party: config.party.clone(),
            federation,
            coordinator,
            address,
        },
        key: Arc::new(key),
        certificate,
        authority,
    };
    membership.keep(state)?;
    let About {
        party,
        federation,
        coordinator,
        ..
    } = membership.about;
    tracing::info!(%party, federation, "joined");
    Ok(Joined {
        party,
        federation,
        federation_id: membership.authority.federation(),
        coordinator,
        fingerprint: Fingerprint::of_key(&membership.key.public()),
    })
}

/// What an invitation was traded for.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// The certificate for the key that was brought.
    pub certificate: Certificate,
    /// Who signed it.
    pub authority: AuthorityCertificate,
    /// The federation's name, as people call it.
    pub federation: String,
    /// The coordinator's party.
    pub coordinator: PartyId,
    /// Where the coordinator answers.
    pub address: String,
}

/// Trades an invitation for a certificate, for an institution or a person; keeps nothing.
///
/// `address` is where the coordinator answers if it is not where the invitation says.
///
/// # Errors
///
/// If the invitation does not hold, or somebody else answers than the coordinator of its
/// federation.
///
/// # Security
///
/// As for [`join`].
pub async fn enrol(
    name: &PartyId,
    key: &IdentityKey,
    invitation: &Invitation,
    address: Option<&str>,
    ambient: &Ambient,
) -> Result<Enrolled, ParticipantError> {
    let address = address.unwrap_or(invitation.address()).to_owned();
    let pinned = pin::authority(&address, invitation.federation(), ambient.now()).await?;
    let tls = ClientTls::new(
        None,
        &trusted(&pinned.authority)?,
        pinned.coordinator.as_str(),
    )?;
    let channel = dial::channel(&address, &tls).await?;
    let request = v1::EnrolRequest {
        token: invitation.token().text().expose().clone(),
        signing_request: SigningRequest::new(name, key).der().to_vec().into(),
    };
    let answer = EnrolmentClient::new(channel).enrol(request).await;
    let answer = answer.map_err(|status| refused(&status))?.into_inner();
    let federation = federation(&answer)?;
    let certificate = certificate(&answer, name, key)?;
    certificate.check(&pinned.authority, ambient.now())?;
    Ok(Enrolled {
        certificate,
        authority: pinned.authority,
        federation,
        coordinator: pinned.coordinator,
        address,
    })
}

/// Takes the federation's name out of an answer, if people can read it as it is.
fn federation(answer: &v1::EnrolResponse) -> Result<String, ParticipantError> {
    let name = &answer.federation;
    if is_plain(name, MOST_FEDERATION_NAME) {
        Ok(name.clone())
    } else {
        Err(ParticipantError::FederationName)
    }
}

/// Takes the certificate out of an answer, if it is the one that was asked for.
pub(crate) fn certificate(
    answer: &v1::EnrolResponse,
    party: &PartyId,
    key: &IdentityKey,
) -> Result<Certificate, ParticipantError> {
    let other = || ParticipantError::OtherCertificate {
        party: party.clone(),
    };
    let certificate = Certificate::from_der(answer.chain.first().ok_or_else(other)?)?;
    let is_ours = certificate.party() == party
        && *certificate.key() == key.public()
        && certificate.purpose() == Purpose::Client;
    if is_ours {
        Ok(certificate)
    } else {
        Err(other())
    }
}

/// Says in the coordinator's words why it refused.
pub(crate) fn refused(status: &tonic::Status) -> ParticipantError {
    let in_chinese = consilium_node::status::in_chinese(status);
    ParticipantError::Refused {
        why: readable(status.message()),
        in_chinese: in_chinese.map(|why| readable(&why)),
        code: status.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_coordinator_says_rules_no_terminal() {
        let status = tonic::Status::permission_denied("no\u{1b}[2J\nhint: run this");
        let refused = refused(&status).to_string();
        assert_eq!(refused, "the coordinator refuses: no [2J hint: run this");

        let named = |name: &str| {
            federation(&v1::EnrolResponse {
                federation: name.to_owned(),
                ..v1::EnrolResponse::default()
            })
        };
        assert_eq!(named("心脏病联邦").unwrap(), "心脏病联邦");
        for name in ["", "\u{1b}]0;x\u{7}", "\u{202e}x", &"x".repeat(65)] {
            assert!(matches!(named(name), Err(ParticipantError::FederationName)));
        }
    }
}
