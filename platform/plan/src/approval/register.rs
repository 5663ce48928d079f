//! Which decisions about a plan are known, and what follows from them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use consilium_base::Verifier;
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::{Decision, DecisionId, FederationId, Rejected, SignedStatement};
use crate::{DataVersion, Failure, Plan, PlanHash, UnixTime, texts::failure::Code};

/// The furthest ahead of our clock that a decision may be dated.
pub const LATEST: Duration = Duration::from_mins(5);

/// The most decisions of one institution about one plan; an approval that stands can be withdrawn
/// after them, too.
pub const MOST_DECISIONS: u32 = 100;

/// What an approval allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The one version of the data set that may be used.
    pub data: DataVersion,
    /// The most runs that the participant takes part in.
    pub runs: u32,
    /// When it ends.
    pub until: UnixTime,
    /// "My own aggregate may become derivable."
    pub waiver: bool,
    /// Studies that measured columns of nearly the same rows by other rules, or told of them with noise: this study may
    /// run beside them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub beside: BTreeSet<PlanHash>,
}

impl Grant {
    /// Sees that the version at hand is the approved one.
    ///
    /// # Errors
    ///
    /// The failure to report.
    pub fn covers(&self, party: &PartyId, data: &DataVersion) -> Result<(), Failure> {
        if self.data == *data {
            return Ok(());
        }
        Err(Failure::new(Code::DataChanged).of(party))
    }
}

/// What an institution's newest decision is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Yes, within limits.
    Approved {
        /// The decision.
        decision: DecisionId,
        /// What it allows.
        grant: Grant,
    },
    /// No.
    Refused,
    /// No longer.
    Revoked,
}

/// The decisions known about one plan in one federation.
///
/// Kept as long as the plan's hash may turn up again: a study submitted twice finds the decisions
/// and the runs of the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    federation: FederationId,
    plan: PlanHash,
    contributors: BTreeSet<PartyId>,
    most_runs: u32,
    /// How many decisions of each were taken.
    #[serde(default)]
    taken: BTreeMap<PartyId, u32>,
    newest: BTreeMap<PartyId, (UnixTime, Standing)>,
}

impl Register {
    /// Begins without decisions.
    pub fn new(federation: FederationId, plan: &Plan) -> Register {
        Register {
            federation,
            plan: plan.hash(),
            contributors: plan
                .contributors()
                .map(|(party, _)| party.clone())
                .collect(),
            most_runs: plan.limits().runs,
            taken: BTreeMap::new(),
            newest: BTreeMap::new(),
        }
    }

    /// Takes a decision if it is signed, belongs here, is new and is newer than what is known.
    ///
    /// # Errors
    ///
    /// [`Rejected`] says why it is not taken; nothing is changed then.
    ///
    /// # Security
    ///
    /// `verifier` knows keys by the steward's whole name, `INSTITUTION/NAME`: a steward of one
    /// institution can't decide for another. Every field is under the signature, behind a label and
    /// the federation's own hash.
    pub fn admit(
        &mut self,
        signed: &SignedStatement,
        verifier: &dyn Verifier,
        now: UnixTime,
    ) -> Result<&Standing, Rejected> {
        let statement = &signed.statement;
        let signer = statement.signer.clone();
        let party = signer.party.clone();
        if verifier
            .verify(
                &signer.to_string(),
                &statement.message(),
                &signed.signature(),
            )
            .is_err()
        {
            return Err(Rejected::Forged { signer });
        }
        if statement.federation != self.federation {
            return Err(Rejected::Elsewhere {
                signer,
                what: "federation",
            });
        }
        if statement.plan != self.plan {
            return Err(Rejected::Elsewhere {
                signer,
                what: "plan",
            });
        }
        if !self.contributors.contains(&party) {
            return Err(Rejected::NoContributor { party });
        }
        let id = statement.id();
        let before = self.newest.get(&party);
        if before.is_some_and(|(at, _)| statement.at <= *at) {
            return Err(Rejected::Replayed { signer });
        }
        if statement.at > now.after(LATEST) {
            return Err(Rejected::Ahead {
                signer,
                seconds: statement.at.since(now),
            });
        }
        let withdraws = !matches!(statement.decision, Decision::Approve(_))
            && matches!(before, Some((_, Standing::Approved { .. })));
        if !withdraws && self.taken.get(&party) >= Some(&MOST_DECISIONS) {
            return Err(Rejected::TooMany { signer });
        }
        let standing = match &statement.decision {
            Decision::Approve(grant) if grant.until <= now => {
                return Err(Rejected::Over {
                    signer,
                    until: grant.until,
                });
            }
            Decision::Approve(grant) => Standing::Approved {
                decision: id,
                grant: grant.clone(),
            },
            Decision::Refuse => Standing::Refused,
            Decision::Revoke { of } => match before {
                Some((_, Standing::Approved { decision, .. })) if decision == of => {
                    Standing::Revoked
                }
                _ => {
                    return Err(Rejected::Elsewhere {
                        signer,
                        what: "approval",
                    });
                }
            },
        };
        *self.taken.entry(party.clone()).or_default() += 1;
        self.newest.insert(party.clone(), (statement.at, standing));
        Ok(&self.newest[&party].1)
    }

    /// Gives the register as it would be if an institution approved so now.
    ///
    /// # Security
    ///
    /// For looking ahead alone: nobody has signed it, so it is neither kept nor acted upon.
    #[must_use]
    pub fn supposing(&self, party: &PartyId, grant: Grant, now: UnixTime) -> Register {
        let mut supposed = self.clone();
        let decision = DecisionId([0; 32]);
        let standing = Standing::Approved { decision, grant };
        supposed.newest.insert(party.clone(), (now, standing));
        supposed
    }

    /// Gives an institution's newest decision.
    pub fn standing(&self, party: &PartyId) -> Option<&Standing> {
        self.newest.get(party).map(|(_, standing)| standing)
    }

    /// Gives the institutions that allow their own aggregate to become derivable.
    pub fn waivers(&self) -> BTreeSet<PartyId> {
        let waives = |(party, (_, standing)): (&PartyId, &(UnixTime, Standing))| match standing {
            Standing::Approved { grant, .. } if grant.waiver => Some(party.clone()),
            _ => None,
        };
        self.newest.iter().filter_map(waives).collect()
    }

    /// Gives what an institution allows, if that is one more run; [`Grant::covers`] says of which
    /// data.
    ///
    /// `runs` are those that were begun under this plan.
    ///
    /// # Errors
    ///
    /// The failure to report.
    pub fn allows(&self, party: &PartyId, (runs, now): (u32, UnixTime)) -> Result<&Grant, Failure> {
        let failure = |code| Failure::new(code).of(party);
        let grant = match self.standing(party) {
            Some(Standing::Approved { grant, .. }) => grant,
            Some(Standing::Refused) => return Err(failure(Code::ApprovalRefused)),
            Some(Standing::Revoked) => return Err(failure(Code::ApprovalRevoked)),
            None => return Err(failure(Code::ApprovalMissing)),
        };
        if grant.until <= now {
            return Err(failure(Code::ApprovalExpired).with("time", grant.until));
        }
        let most = grant.runs.min(self.most_runs);
        if runs >= most {
            return Err(failure(Code::RunsExhausted).with("runs", most));
        }
        Ok(grant)
    }
}
