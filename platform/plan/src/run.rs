//! How a study is run: what coordinator and participants make of the plan alike.

mod align;
mod vertical;

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use consilium_base::Tagged;
use consilium_mailbox::{self as mailbox, Message, PartyId};
use consilium_secagg::{StudyId, SumNumber, Terms};
use serde::{Deserialize, Serialize};

pub use align::Compared;
pub use vertical::Reached;

use crate::{Learner, Plan, Protection, StepNumber, Task, TestRows, VerticalWork};

/// A part of a study that one protocol does and that is committed at once. The number of its step
/// is its place in [`Plan::phases`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The model is fitted.
    Fit,
    /// The model is measured on the test rows of all contributors, or on the fitted ones.
    Evaluation,
    /// The same model is trained by federated averaging, and measured on the same rows.
    Fedavg,
    /// The same by FedProx.
    Fedprox,
    /// Sets of keys, or of codes, are held against each other.
    Align,
    /// Rows are scored by a model that there is.
    Predict,
    /// Columns are measured.
    Statistics,
    /// Rows and entities are held against those of all others.
    Scarcity,
    /// Institutions' rows are valued by the fitted model.
    Value,
}

/// The terms of the sums over a group of hospitals that grow trees.
#[derive(Clone, Debug)]
pub struct HybridSums {
    /// Of counts of rows and hospitals; the coordinator adds up.
    pub counts: Terms,
    /// Of ciphertexts; the label holder adds up.
    pub ciphertexts: Terms,
}

/// A party tells each other one that it has kept what it learnt.
///
/// A party whose peers have all kept theirs is done for good: orders of rows, or parts of a model, fit
/// each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultKept;

impl Message for ResultKept {
    const STEP: &'static str = "study.1.result-kept";
}

/// A text that names no phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no phase of a study has that name")]
pub struct UnknownPhase;

impl Phase {
    /// All phases, in their order.
    pub const ALL: [Phase; 9] = [
        Phase::Fit,
        Phase::Evaluation,
        Phase::Fedavg,
        Phase::Fedprox,
        Phase::Align,
        Phase::Predict,
        Phase::Statistics,
        Phase::Scarcity,
        Phase::Value,
    ];

    /// Gives its name; also the scope of its messages.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Fit => "fit",
            Phase::Evaluation => "evaluation",
            Phase::Fedavg => "fedavg",
            Phase::Fedprox => "fedprox",
            Phase::Align => "align",
            Phase::Predict => "predict",
            Phase::Statistics => "statistics",
            Phase::Scarcity => "scarcity",
            Phase::Value => "value",
        }
    }

    /// Gives the number of its first sum: no two phases of a study have one in common. An alignment
    /// and predictions have no sums.
    pub fn first_sum(self) -> SumNumber {
        SumNumber(match self {
            Phase::Fit | Phase::Align | Phase::Predict | Phase::Statistics | Phase::Scarcity => 0,
            Phase::Evaluation => 1_000,
            Phase::Fedavg => 10_000,
            Phase::Fedprox => 30_000,
            Phase::Value => 50_000,
        })
    }

    /// Gives the number of the first of the sums by which the phase's model is measured.
    pub fn first_sum_of_measures(self) -> SumNumber {
        SumNumber(match self {
            Phase::Fit
            | Phase::Evaluation
            | Phase::Align
            | Phase::Predict
            | Phase::Statistics
            | Phase::Scarcity
            | Phase::Value => 1_000,
            Phase::Fedavg => 25_000,
            Phase::Fedprox => 45_000,
        })
    }
}

impl FromStr for Phase {
    type Err = UnknownPhase;

    fn from_str(name: &str) -> Result<Phase, UnknownPhase> {
        let found = Phase::ALL.into_iter().find(|phase| phase.name() == name);
        found.ok_or(UnknownPhase)
    }
}

impl Plan {
    /// Gives the phases of the study, in their order.
    pub fn phases(&self) -> Vec<Phase> {
        let learner = match self.task() {
            Task::Train(task) => &task.learner,
            Task::Align(_) | Task::Dictionary(_) => return vec![Phase::Align],
            Task::Statistics(_) => return vec![Phase::Statistics],
            Task::Scarcity(_) => return vec![Phase::Scarcity],
            Task::Vertical(task) => {
                return match &task.work {
                    VerticalWork::Predict { .. } => vec![Phase::Predict],
                    VerticalWork::Weigh(_) => vec![Phase::Statistics],
                    VerticalWork::Grow(grow) if grow.test == TestRows::None => vec![Phase::Fit],
                    VerticalWork::Grow(_) => vec![Phase::Fit, Phase::Evaluation],
                };
            }
        };
        let is_part = |phase: &Phase| match (phase, learner) {
            (Phase::Fit | Phase::Evaluation, _) => true,
            (Phase::Value, Learner::Glm(glm)) => glm.value.is_some(),
            (_, Learner::Glm(glm)) => glm.schedule(*phase).is_some(),
            (_, Learner::Gbdt(_)) => false,
        };
        Phase::ALL.into_iter().filter(is_part).collect()
    }

    /// Gives the number of a phase's step, from 1 on.
    pub fn step(&self, phase: Phase) -> Option<StepNumber> {
        let place = self.phases().iter().position(|other| *other == phase)?;
        u32::try_from(place + 1).ok().map(StepNumber)
    }

    /// Gives the terms of the study's sums; `waivers` are the contributors whose approval allows
    /// that their own aggregate becomes derivable.
    ///
    /// # Security
    ///
    /// Where a lost contributor is waited for, no sum is opened without all of them: with fewer, the
    /// next sum with all would single the lost one out, and be refused.
    pub fn sum_terms(&self, protection: &Protection, waivers: BTreeSet<PartyId>) -> Terms {
        let roster: Vec<PartyId> = self
            .contributors()
            .map(|(party, _)| party.clone())
            .collect();
        let planned = protection.thresholds;
        let thresholds = if self.quorum() == roster.len() {
            planned.requiring_everybody()
        } else {
            planned
        };
        Terms {
            study: StudyId(*self.hash().as_bytes()),
            aggregator: self.coordinator().clone(),
            roster,
            thresholds,
            waivers,
            relaxed_from_twenty: protection.relax_from_twenty,
            patience: self.patience().answer,
            carry_over: true,
        }
    }

    /// Gives the terms of both kinds of sums over a group of hospitals: of counts, which the
    /// coordinator opens, and of ciphertexts, which the label holder opens. None where no group grows
    /// trees.
    ///
    /// # Security
    ///
    /// No sum of either is opened without all hospitals: with fewer, the next one with all would single
    /// the lost one out, and ciphertexts would have too small a flood.
    pub fn hybrid_sums(&self) -> Option<HybridSums> {
        let Task::Vertical(task) = self.task() else {
            return None;
        };
        let thresholds = task.group()?.terms.as_ref()?.thresholds;
        let terms = |tag, aggregator: &PartyId| Terms {
            study: StudyId(Tagged::new(tag).field(self.hash().as_bytes()).digest()),
            aggregator: aggregator.clone(),
            roster: task.hospitals().cloned().collect(),
            thresholds,
            waivers: BTreeSet::new(),
            relaxed_from_twenty: false,
            patience: self.patience().answer,
            carry_over: true,
        };
        Some(HybridSums {
            counts: terms("hybrid.1.counts", self.coordinator()),
            ciphertexts: terms("hybrid.1.ciphertexts", &task.label_holder),
        })
    }

    /// Gives how long the mailboxes of a run wait: long enough for the sums' own patience.
    pub fn mail_patience(&self) -> mailbox::Patience {
        let patience = self.patience();
        mailbox::Patience {
            silence: patience.answer.saturating_mul(4),
            outage: patience.outage,
            ..mailbox::Patience::default()
        }
    }

    /// Gives what each party is in a run.
    pub fn run_roles(&self) -> BTreeMap<PartyId, String> {
        let contributor = |(party, _): (&PartyId, _)| (party.clone(), "contributor".to_owned());
        let adds_up = self.protection().is_some() || self.hybrid_sums().is_some();
        let part = if adds_up { "aggregator" } else { "witness" };
        let aggregator = (self.coordinator().clone(), part.to_owned());
        self.contributors()
            .map(contributor)
            .chain([aggregator])
            .collect()
    }
}
