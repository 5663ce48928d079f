//! What both ends must mean alike before they seal anything.

use std::collections::BTreeMap;

use consilium_base::{Digest, Tagged};
use consilium_mailbox::{PartyId, RunId, Transport};

use super::{SealError, steps};
use crate::FederationId;

/// The run that a seal is for. Both ends sign all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunContext {
    /// The federation.
    pub federation: FederationId,
    /// The hash of the study's plan.
    pub plan: Digest,
    /// The run.
    pub run: RunId,
    /// Which attempt at the step this run is.
    pub attempt: u32,
    /// What each party of the run is in it, as the protocol names its roles.
    pub roles: BTreeMap<PartyId, String>,
}

impl RunContext {
    /// Checks that every party that `transport` knows has a role, before anything is sent.
    pub(super) fn check_roles(&self, transport: &dyn Transport) -> Result<(), SealError> {
        let mut parties = transport.peers().iter().chain([transport.me()]);
        parties.try_for_each(|party| self.role(party).map(drop))
    }

    fn role(&self, party: &PartyId) -> Result<&str, SealError> {
        let role = self.roles.get(party);
        role.map(String::as_str).ok_or_else(|| SealError::NoRole {
            party: party.clone(),
        })
    }

    /// Hashes all that the two parties mean and have said.
    pub(super) fn transcript(
        &self,
        initiator: &PartyId,
        responder: &PartyId,
        hello: &[u8; steps::HELLO],
        reply: &[u8; steps::REPLY],
    ) -> Result<Digest, SealError> {
        Ok(Tagged::new("seal.1.transcript")
            .field(&self.federation.0)
            .field(&self.plan)
            .field(&self.run.0)
            .number(u64::from(self.attempt))
            .field(initiator.as_str().as_bytes())
            .field(self.role(initiator)?.as_bytes())
            .field(responder.as_str().as_bytes())
            .field(self.role(responder)?.as_bytes())
            .field(hello)
            .field(reply)
            .digest())
    }
}
