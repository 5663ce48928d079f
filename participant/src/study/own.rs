//! What an institution keeps of a study beside its plan.

#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, sync::Arc};

use consilium_mailbox::PartyId;
use consilium_plan::{
    Code, Failure, FederationId, Grant, Plan, Register, SignedStatement, Standing, Study, UnixTime,
};
use consilium_store::{Format, StoreError, studies};
use serde::{Deserialize, Serialize};

use crate::wire;

/// The format in which it is kept.
const FORMAT: Format = Format(1);

/// Where a study stands at an institution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Own {
    /// This institution's decisions.
    pub(crate) register: Register,
    /// The same, as the coordinator is told.
    pub(crate) decided: Vec<Decided>,
    /// Contributors that have said themselves that their own aggregate may become derivable.
    pub(crate) waivers: BTreeSet<PartyId>,
    /// Its last state, once the coordinator has said that it ended.
    pub(crate) end: Option<Study>,
}

/// A decision, with the key that it is signed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decided {
    pub(crate) signed: SignedStatement,
    pub(crate) steward: [u8; 32],
}

impl Own {
    pub(crate) fn new(federation: FederationId, plan: &Plan) -> Own {
        Own {
            register: Register::new(federation, plan),
            decided: Vec::new(),
            waivers: BTreeSet::new(),
            end: None,
        }
    }

    /// Reads a study as the store has it.
    ///
    /// # Errors
    ///
    /// If it is damaged, or another program's; the error names the study.
    pub(crate) fn read(study: &studies::Study) -> Result<(Arc<Plan>, Own), StoreError> {
        let plan = std::str::from_utf8(&study.plan).map_err(|_| study.damaged("plan"))?;
        let plan: Plan = plan.parse().map_err(|_| study.damaged("plan"))?;
        if *plan.hash().as_bytes() != study.plan_hash {
            return Err(study.damaged("plan"));
        }
        Ok((Arc::new(plan), Own::read_alone(study)?))
    }

    /// Reads what is kept of a study beside its plan, which takes far less time than the plan.
    ///
    /// # Errors
    ///
    /// If it is damaged, or another program's; the error names the study.
    pub(crate) fn read_alone(study: &studies::Study) -> Result<Own, StoreError> {
        study.read_state(FORMAT)
    }

    /// Writes it as the store has it.
    pub(crate) fn text(&self) -> String {
        wire::json(&FORMAT.of(self))
    }

    /// Says where the study stands for this institution, in one word.
    pub(crate) fn name(&self, party: &PartyId, now: UnixTime) -> &'static str {
        if let Some(end) = &self.end {
            return end.name();
        }
        match self.register.standing(party) {
            None => "awaiting",
            Some(Standing::Approved { grant, .. }) if grant.until <= now => "expired",
            Some(Standing::Approved { .. }) => "approved",
            Some(Standing::Refused) => "refused",
            Some(Standing::Revoked) => "revoked",
        }
    }

    /// Says whether an approval stands that has not ended.
    pub(crate) fn is_approved(&self, party: &PartyId, now: UnixTime) -> bool {
        let standing = self.register.standing(party);
        matches!(standing, Some(Standing::Approved { grant, .. }) if grant.until > now)
    }

    /// Gives the statement of the approval that stands, as it was handed in; empty if none stands.
    pub(crate) fn approval(&self, party: &PartyId) -> Vec<u8> {
        let Some(Standing::Approved { decision, .. }) = self.register.standing(party) else {
            return Vec::new();
        };
        let statements = self.decided.iter().map(|decided| &decided.signed.statement);
        let mut standing = statements.filter(|statement| statement.id() == *decision);
        let statement = standing.next().map(wire::json);
        statement.unwrap_or_default().into_bytes()
    }

    /// Gives the approval that stands, if it allows one more run now; `runs` were begun before.
    ///
    /// # Errors
    ///
    /// The failure to report.
    pub(crate) fn allows(
        &self,
        plan: &Plan,
        party: &PartyId,
        (runs, now): (u32, UnixTime),
    ) -> Result<&Grant, Failure> {
        let planned = plan.limits().expires.filter(|expires| *expires <= now);
        if let Some(over) = planned.or(self.end.as_ref().map(|_| now)) {
            return Err(Failure::new(Code::PlanExpired).of(party).with("time", over));
        }
        self.register.allows(party, (runs, now))
    }

    /// Gives whose waiver counts once contributors have said which of them give one.
    ///
    /// # Security
    ///
    /// Of each the newest word counts: a waiver that was withdrawn is not remembered.
    pub(crate) fn waivers_after(
        &self,
        contributors: &[PartyId],
        confirmed: BTreeSet<PartyId>,
    ) -> BTreeSet<PartyId> {
        let unheard = |party: &&PartyId| !contributors.contains(party);
        let before = self.waivers.iter().filter(unheard).cloned();
        before.chain(confirmed).collect()
    }

    /// Gives when nothing may run any more, and what is then said: the approval ends, or the plan.
    pub(crate) fn until(&self, plan: &Plan, party: &PartyId) -> Option<(UnixTime, Code)> {
        let approved = match self.register.standing(party) {
            Some(Standing::Approved { grant, .. }) => Some((grant.until, Code::ApprovalExpired)),
            _ => None,
        };
        let planned = plan
            .limits()
            .expires
            .map(|expires| (expires, Code::PlanExpired));
        approved
            .into_iter()
            .chain(planned)
            .min_by_key(|(until, _)| *until)
    }
}
