//! Where a study stands, and how it may go on.

mod doing;
mod event;

use std::{collections::BTreeSet, fmt};

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

pub use doing::{Doing, Waiting};
pub use event::{Event, Forbidden};

use crate::{
    Failure, Lang, OnDropout, Phase, Plan, Task, TestRows, UnixTime,
    texts::{Text, failure::Code, study as texts},
};

/// The number of a step of a study, from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepNumber(pub u32);

impl fmt::Display for StepNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a study stands: what is persisted, with exactly what each state needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Study {
    /// Nobody but its author has seen it.
    Drafted,
    /// The coordinator has it and is showing it to the parties.
    Submitted {
        /// When it ends at the latest.
        deadline: UnixTime,
    },
    /// Stewards are deciding.
    WaitingForApproval {
        /// When it ends at the latest.
        deadline: UnixTime,
        /// Contributors that have approved.
        approved: BTreeSet<PartyId>,
    },
    /// Every party is asked whether all is there.
    Preflight {
        /// When it ends at the latest.
        deadline: UnixTime,
    },
    /// A step is being run.
    Running {
        /// When it ends at the latest.
        deadline: UnixTime,
        /// Which step.
        step: StepNumber,
        /// Contributors that the study goes on without, for good.
        without: BTreeSet<PartyId>,
    },
    /// A step waits for parties.
    Paused {
        /// When it ends at the latest.
        deadline: UnixTime,
        /// Which step.
        step: StepNumber,
        /// Contributors that the study goes on without, for good.
        without: BTreeSet<PartyId>,
        /// Whom for, never nobody.
        on: BTreeSet<PartyId>,
        /// When the plan's rule for lost parties is applied.
        until: UnixTime,
    },
    /// The result is there.
    Finished {
        /// Since when.
        at: UnixTime,
    },
    /// It ended badly.
    Failed {
        /// Since when.
        at: UnixTime,
        /// Why.
        failure: Failure,
    },
    /// Somebody who may do so ended it.
    Cancelled {
        /// Since when.
        at: UnixTime,
        /// Who.
        by: String,
        /// Why, in that person's words.
        reason: String,
    },
    /// Its time ran out.
    Expired {
        /// Since when.
        at: UnixTime,
        /// In which state.
        during: String,
    },
}

impl Study {
    /// Gives the state's name, as JSON has it.
    pub fn name(&self) -> &'static str {
        match self {
            Study::Drafted => "drafted",
            Study::Submitted { .. } => "submitted",
            Study::WaitingForApproval { .. } => "waiting-for-approval",
            Study::Preflight { .. } => "preflight",
            Study::Running { .. } => "running",
            Study::Paused { .. } => "paused",
            Study::Finished { .. } => "finished",
            Study::Failed { .. } => "failed",
            Study::Cancelled { .. } => "cancelled",
            Study::Expired { .. } => "expired",
        }
    }

    /// Says whether nothing can happen to it any more.
    pub fn has_ended(&self) -> bool {
        self.deadline().is_none() && *self != Study::Drafted
    }

    /// Gives when a living study ends at the latest.
    pub fn deadline(&self) -> Option<UnixTime> {
        match self {
            Study::Submitted { deadline }
            | Study::WaitingForApproval { deadline, .. }
            | Study::Preflight { deadline }
            | Study::Running { deadline, .. }
            | Study::Paused { deadline, .. } => Some(*deadline),
            Study::Drafted
            | Study::Finished { .. }
            | Study::Failed { .. }
            | Study::Cancelled { .. }
            | Study::Expired { .. } => None,
        }
    }

    /// Gives since when an ended study has been over.
    pub fn ended(&self) -> Option<UnixTime> {
        match self {
            Study::Finished { at }
            | Study::Failed { at, .. }
            | Study::Cancelled { at, .. }
            | Study::Expired { at, .. } => Some(*at),
            _ => None,
        }
    }

    /// Gives the contributors that it goes on without, for good.
    pub fn without(&self) -> &BTreeSet<PartyId> {
        static NOBODY: BTreeSet<PartyId> = BTreeSet::new();
        match self {
            Study::Running { without, .. } | Study::Paused { without, .. } => without,
            _ => &NOBODY,
        }
    }

    /// Says why an ended study ended badly, as a failure with code and remedy.
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Study::Failed { failure, .. } => Some(failure.clone()),
            Study::Expired { at, during } => Some(
                Failure::new(Code::PlanExpired)
                    .at(during.clone())
                    .with("time", at),
            ),
            _ => None,
        }
    }

    /// Goes on by an event.
    ///
    /// Pure: `plan` is the study's, `now` the caller's clock. Whatever the event, a study past its
    /// deadline expires.
    ///
    /// # Errors
    ///
    /// [`Forbidden`] says what can't happen in which state; the study stays as it was.
    pub fn on(&self, event: Event, plan: &Plan, now: UnixTime) -> Result<Study, Forbidden> {
        if self.deadline().is_some_and(|deadline| now >= deadline) {
            return Ok(Study::Expired {
                at: now,
                during: self.name().to_owned(),
            });
        }
        event::advance(self, event, plan, now)
    }

    /// Says where it stands, in words.
    pub fn describe(&self, plan: &Plan, lang: Lang) -> String {
        match self {
            Study::Drafted => texts::DRAFTED.say(lang, &[]),
            Study::Submitted { .. } => texts::SUBMITTED.say(lang, &[]),
            Study::WaitingForApproval { approved, .. } => {
                let open = plan.contributors().map(|(party, _)| party);
                let parties = names(open.filter(|party| !approved.contains(party)));
                texts::WAITING.say(lang, &[("parties", &parties)])
            }
            Study::Preflight { .. } => texts::PREFLIGHT.say(lang, &[]),
            Study::Running { step, .. } => texts::RUNNING.say(
                lang,
                &[
                    ("step", step),
                    ("steps", &plan.phases().len()),
                    ("phase", &plan.phase_in_words(*step, lang)),
                ],
            ),
            Study::Paused {
                step, on, until, ..
            } => texts::PAUSED.say(
                lang,
                &[
                    ("step", step),
                    ("steps", &plan.phases().len()),
                    ("phase", &plan.phase_in_words(*step, lang)),
                    ("parties", &names(on.iter())),
                    ("until", until),
                ],
            ),
            Study::Finished { at } => texts::FINISHED.say(lang, &[("time", at)]),
            Study::Failed { failure, .. } => {
                texts::FAILED.say(lang, &[("what", &failure.what(lang))])
            }
            Study::Cancelled { at, by, reason } => {
                texts::CANCELLED.say(lang, &[("by", by), ("time", at), ("reason", reason)])
            }
            Study::Expired { at, .. } => texts::EXPIRED.say(lang, &[("time", at)]),
        }
    }
}

impl Plan {
    /// Gives when a study submitted `at` that time ends at the latest.
    pub fn deadline(&self, at: UnixTime) -> UnixTime {
        let patient = at.after(self.patience.study);
        self.limits
            .expires
            .map_or(patient, |expires| expires.min(patient))
    }

    /// Says what is done in a step.
    fn phase_in_words(&self, step: StepNumber, lang: Lang) -> &'static str {
        let measures_fitted = |task: &Task| match task {
            Task::Train(task) => task.test == TestRows::None,
            _ => false,
        };
        let phases = self.phases();
        let place = step.0.saturating_sub(1) as usize;
        let text: Option<Text> = phases.get(place).map(|phase| match phase {
            Phase::Fit => texts::FIT,
            Phase::Evaluation if measures_fitted(self.task()) => texts::EVALUATION_ON_FITTED,
            Phase::Evaluation => texts::EVALUATION,
            Phase::Fedavg => texts::FEDAVG,
            Phase::Fedprox => texts::FEDPROX,
            Phase::Align if matches!(self.task(), Task::Dictionary(_)) => texts::DICTIONARY,
            Phase::Align => texts::ALIGN,
            Phase::Predict => texts::PREDICT,
            Phase::Statistics => texts::STATISTICS,
            Phase::Scarcity => texts::SCARCITY,
            Phase::Value => texts::VALUE,
        });
        text.map_or("", |text| text.open(lang))
    }

    /// Says whether the study goes on without these contributors once its patience with them ends.
    fn goes_on_without(&self, lost: usize) -> bool {
        self.on_dropout() == OnDropout::Continue
            && self.contributors().count().saturating_sub(lost) >= self.quorum()
    }
}

fn names<'a>(parties: impl Iterator<Item = &'a PartyId>) -> String {
    parties.map(PartyId::as_str).collect::<Vec<_>>().join(", ")
}
