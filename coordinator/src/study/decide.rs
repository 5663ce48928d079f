//! Stewards' decisions, as they reach the coordinator.

use consilium_identity::{Directory, PublicKey};
use consilium_journal::{Entry, Kind};
use consilium_mailbox::PartyId;
use consilium_plan::{Event, Grant, Rejected, SignedStatement, Standing};
use consilium_store::decisions::{self, Nonce};
use tracing::{debug, warn};

use super::{
    driver::{Driver, Halt},
    keep::Deed,
};

impl Driver {
    /// Takes a decision if it is signed, belongs here and is new.
    ///
    /// The institution vouches for the steward's key: it sends it over a link that its own
    /// certificate opened.
    pub(super) async fn decide(
        &mut self,
        from: &PartyId,
        signed: &SignedStatement,
        steward: &[u8; 32],
    ) -> Result<(), Halt> {
        let signer = &signed.statement.signer;
        let Ok(key) = PublicKey::from_bytes(steward) else {
            warn!(study = %self.name, party = %from, "a decision came with an unusable key");
            return Ok(());
        };
        if signer.party != *from {
            warn!(study = %self.name, party = %from, "it brought a decision of another institution");
            return Ok(());
        }
        let directory = Directory::from([(signer.to_string(), key)]);
        let mut register = self.job.register.clone();
        let standing = match register.admit(signed, &directory, self.desk.ambient.now()) {
            Ok(standing) => standing.clone(),
            Err(Rejected::Replayed { .. }) => {
                debug!(study = %self.name, party = %from, "a decision is known already");
                return Ok(());
            }
            Err(rejected) => {
                warn!(study = %self.name, party = %from, %rejected, "a decision was not taken");
                return Ok(());
            }
        };
        let now = self.desk.ambient.now();
        let party = from.clone();
        let (kind, event) = match &standing {
            Standing::Approved { .. } => (Kind::APPROVAL, Event::Approved(party)),
            Standing::Refused => (Kind::REFUSAL, Event::Refused(party)),
            Standing::Revoked => (Kind::REVOCATION, Event::Revoked(party)),
        };
        let mut entry = Entry::new(now, kind)
            .about(&self.name)
            .with("steward", signer)
            .with("decision", signed.statement.id());
        if let Standing::Approved {
            grant:
                Grant {
                    data,
                    runs,
                    until,
                    waiver,
                    beside,
                },
            ..
        } = &standing
        {
            entry = entry
                .with("data-version", data)
                .with("runs", runs)
                .with("until", until)
                .with("waiver", waiver)
                .with("beside", beside.len());
        }
        let mut nonce = [0; 32];
        nonce[..16].copy_from_slice(&signed.statement.nonce);
        let decision = decisions::Decision {
            study: self.name.clone(),
            party: from.clone(),
            nonce: Nonce(nonce),
            statement: signed.statement.message(),
            signature: signed.signature(),
            received: now,
        };
        self.job.register = register;
        let deed = |event| Deed {
            event,
            entries: vec![entry.clone()],
            decision: Some(decision.clone()),
            ..Deed::default()
        };
        if self.keep(deed(Some(event))).await?.is_err() {
            // It changes nothing about where the study stands, but it was decided.
            self.keep(deed(None)).await?.ok();
        }
        Ok(())
    }
}
