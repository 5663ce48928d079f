//! What happens to studies, and what it makes of them.

use std::collections::BTreeSet;

use consilium_mailbox::{Fault, PartyId};
use serde::{Deserialize, Serialize};

use super::{StepNumber, Study};
use crate::{Failure, OnDropout, Plan, UnixTime, texts::failure::Code, time::length_text};

/// What happens to a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", content = "of", rename_all = "kebab-case")]
pub enum Event {
    /// An operator submits the plan.
    Submitted,
    /// Every party has the plan.
    Shown,
    /// A contributor's steward approves.
    Approved(PartyId),
    /// A contributor's steward refuses.
    Refused(PartyId),
    /// A contributor's steward takes the approval back.
    Revoked(PartyId),
    /// All that the study needs is there.
    Ready,
    /// A step was committed; there is a next one.
    Committed(StepNumber),
    /// Parties are away and the step waits for them.
    Lost(BTreeSet<PartyId>),
    /// A party is back.
    Returned(PartyId),
    /// The last step was committed.
    Finished(StepNumber),
    /// Something went wrong for good.
    Failed(Failure),
    /// Somebody who may do so ends it.
    Cancelled {
        /// Who.
        by: String,
        /// Why, in that person's words.
        reason: String,
    },
    /// Time has passed.
    Tick,
}

impl Event {
    /// Gives the event's name, as JSON has it.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Submitted => "submitted",
            Event::Shown => "shown",
            Event::Approved(_) => "approved",
            Event::Refused(_) => "refused",
            Event::Revoked(_) => "revoked",
            Event::Ready => "ready",
            Event::Committed(_) => "committed",
            Event::Lost(_) => "lost",
            Event::Returned(_) => "returned",
            Event::Finished(_) => "finished",
            Event::Failed(_) => "failed",
            Event::Cancelled { .. } => "cancelled",
            Event::Tick => "tick",
        }
    }
}

/// Why an event can't happen to a study.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Forbidden {
    /// The state knows no such event.
    #[error("'{event}' can't happen to a study that is {state}")]
    NotNow {
        /// The event.
        event: &'static str,
        /// The state.
        state: &'static str,
    },
    /// The plan ran out before it was submitted.
    #[error("the plan expired at {at}")]
    Expired {
        /// When.
        at: UnixTime,
    },
    /// A party that brings nothing decides nothing.
    #[error("{party} is no contributor of the study")]
    NoContributor {
        /// Which.
        party: PartyId,
    },
    /// Another step is being run.
    #[error("step {got} was committed while step {expected} is being run")]
    WrongStep {
        /// The step that is being run.
        expected: StepNumber,
        /// The step that was committed.
        got: StepNumber,
    },
    /// Somebody must be missing.
    #[error("a study pauses for somebody, nobody was named")]
    NobodyLost,
    /// A study is ended with a reason.
    #[error("a reason is needed to cancel a study")]
    NoReason,
}

impl Forbidden {
    /// Says whose fault it is: of the driver that lost count, or of whoever asked.
    pub fn fault(&self) -> Fault {
        match self {
            Forbidden::WrongStep { .. } | Forbidden::NobodyLost => Fault::Ours,
            _ => Fault::Input,
        }
    }
}

pub(super) fn advance(
    study: &Study,
    event: Event,
    plan: &Plan,
    now: UnixTime,
) -> Result<Study, Forbidden> {
    for party in spoken_of(&event) {
        if !plan
            .contributors()
            .any(|(contributor, _)| contributor == party)
        {
            return Err(Forbidden::NoContributor {
                party: party.clone(),
            });
        }
    }
    let not_now = Forbidden::NotNow {
        event: event.name(),
        state: study.name(),
    };
    match event {
        Event::Failed(failure) if study.deadline().is_some() => fail(failure, now),
        Event::Cancelled { by, reason } if !study.has_ended() => {
            if reason.trim().is_empty() {
                return Err(Forbidden::NoReason);
            }
            Ok(Study::Cancelled {
                at: now,
                by,
                reason,
            })
        }
        Event::Tick => tick(study, plan, now),
        event => match study.clone() {
            Study::Running {
                deadline,
                step,
                without,
            } => run((deadline, step, without), event, plan, now).unwrap_or(Err(not_now)),
            paused @ Study::Paused { .. } => wait(paused, event, now).ok_or(not_now),
            before => prepare(before, event, plan, now).unwrap_or(Err(not_now)),
        },
    }
}

/// What happens before the first step; nothing where the event has no meaning.
fn prepare(
    study: Study,
    event: Event,
    plan: &Plan,
    now: UnixTime,
) -> Option<Result<Study, Forbidden>> {
    Some(match (study, event) {
        (Study::Drafted, Event::Submitted) => {
            let deadline = plan.deadline(now);
            if deadline <= now {
                return Some(Err(Forbidden::Expired { at: deadline }));
            }
            Ok(Study::Submitted { deadline })
        }
        (Study::Submitted { deadline }, Event::Shown) => Ok(Study::WaitingForApproval {
            deadline,
            approved: BTreeSet::new(),
        }),
        (
            Study::WaitingForApproval {
                deadline,
                mut approved,
            },
            Event::Approved(party),
        ) => {
            approved.insert(party);
            if approved.len() == plan.contributors().count() {
                return Some(Ok(Study::Preflight { deadline }));
            }
            Ok(Study::WaitingForApproval { deadline, approved })
        }
        (
            Study::WaitingForApproval {
                deadline,
                mut approved,
            },
            Event::Revoked(party),
        ) => {
            approved.remove(&party);
            Ok(Study::WaitingForApproval { deadline, approved })
        }
        (Study::WaitingForApproval { .. } | Study::Preflight { .. }, Event::Refused(party)) => {
            fail(Failure::new(Code::ApprovalRefused).of(&party), now)
        }
        (Study::Preflight { .. }, Event::Revoked(party)) => revoked(&party, now),
        (Study::Preflight { deadline }, Event::Ready) => {
            let (step, without) = (StepNumber(1), BTreeSet::new());
            Ok(Study::Running {
                deadline,
                step,
                without,
            })
        }
        _ => return None,
    })
}

/// What happens while a step is being run.
fn run(
    (deadline, step, without): (UnixTime, StepNumber, BTreeSet<PartyId>),
    event: Event,
    plan: &Plan,
    now: UnixTime,
) -> Option<Result<Study, Forbidden>> {
    if let Event::Committed(got) | Event::Finished(got) = event
        && got != step
    {
        return Some(Err(Forbidden::WrongStep {
            expected: step,
            got,
        }));
    }
    Some(match event {
        Event::Committed(_) => {
            let step = StepNumber(step.0.saturating_add(1));
            Ok(Study::Running {
                deadline,
                step,
                without,
            })
        }
        Event::Finished(_) => Ok(Study::Finished { at: now }),
        Event::Lost(on) if on.is_empty() => Err(Forbidden::NobodyLost),
        Event::Lost(on) => {
            let on = &on - &without;
            if on.is_empty() {
                return Some(Ok(Study::Running {
                    deadline,
                    step,
                    without,
                }));
            }
            if plan.on_dropout() == OnDropout::Fail {
                return Some(fail(party_lost(&on, plan), now));
            }
            let until = now.after(plan.patience.outage).min(deadline);
            Ok(Study::Paused {
                deadline,
                step,
                without,
                on,
                until,
            })
        }
        // Whoever was left out stays out: sums of other sets would make its own derivable.
        Event::Returned(party) if without.contains(&party) => Ok(Study::Running {
            deadline,
            step,
            without,
        }),
        Event::Revoked(party) => revoked(&party, now),
        _ => return None,
    })
}

/// What happens while a step waits for parties.
fn wait(mut study: Study, event: Event, now: UnixTime) -> Option<Study> {
    let Study::Paused {
        deadline,
        step,
        without,
        on,
        ..
    } = &mut study
    else {
        return None;
    };
    match event {
        // A party lost later does not buy those lost earlier more time.
        Event::Lost(more) => on.extend(&more - without),
        Event::Returned(party) => {
            on.remove(&party);
        }
        Event::Revoked(party) => {
            let failure = Failure::new(Code::ApprovalRevoked).of(&party);
            return Some(Study::Failed { at: now, failure });
        }
        _ => return None,
    }
    if on.is_empty() {
        let (deadline, step, without) = (*deadline, *step, std::mem::take(without));
        return Some(Study::Running {
            deadline,
            step,
            without,
        });
    }
    Some(study)
}

fn tick(study: &Study, plan: &Plan, now: UnixTime) -> Result<Study, Forbidden> {
    match study {
        Study::Paused {
            deadline,
            step,
            without,
            on,
            until,
        } if now >= *until => {
            let without = without | on;
            if plan.goes_on_without(without.len()) {
                return Ok(Study::Running {
                    deadline: *deadline,
                    step: *step,
                    without,
                });
            }
            fail(party_lost(on, plan), now)
        }
        same => Ok(same.clone()),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an arm beside others that may fail"
)]
fn fail(failure: Failure, now: UnixTime) -> Result<Study, Forbidden> {
    Ok(Study::Failed { at: now, failure })
}

fn revoked(party: &PartyId, now: UnixTime) -> Result<Study, Forbidden> {
    fail(Failure::new(Code::ApprovalRevoked).of(party), now)
}

fn party_lost(on: &BTreeSet<PartyId>, plan: &Plan) -> Failure {
    let failure = Failure::new(Code::PartyLost).with("length", length_text(plan.patience.outage));
    match on.first() {
        Some(party) => failure.of(party),
        None => failure,
    }
}

fn spoken_of(event: &Event) -> Vec<&PartyId> {
    match event {
        Event::Approved(party)
        | Event::Refused(party)
        | Event::Revoked(party)
        | Event::Returned(party) => vec![party],
        Event::Lost(parties) => parties.iter().collect(),
        _ => Vec::new(),
    }
}
