//! What is kept of a study between two steps.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use consilium_evaluation::{Measures, Shared};
use consilium_gbdt::{Losses, training as growth};
use consilium_glm::{Candidate, Training};
use consilium_mailbox::{Account, PartyId};
use consilium_plan::{
    Doing, FederationId, Gbdt, Learner, PartyReport, Phase, Plan, Register, Study, Task, Waiting,
};
use consilium_secagg::{Opened, SumNumber};
use consilium_store::{Format, StoreError, studies};
use consilium_value::Coalesced;
use serde::{Deserialize, Serialize};

use super::{fitting::Fitting, vertical};
use crate::wire;

/// The format in which a job is kept.
const FORMAT: Format = Format(1);

/// A study's work at the coordinator: where it stands, and all that the next step needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) study: Study,
    pub(crate) register: Register,
    /// The newest report of each contributor's preflight.
    pub(crate) reports: BTreeMap<PartyId, PartyReport>,
    /// Runs begun so far.
    pub(crate) attempts: u32,
    pub(crate) progress: Progress,
    /// What the step in hand is at, for those who watch.
    #[serde(default)]
    pub(crate) doing: Option<Doing>,
    /// Whom the step in hand is kept waiting for, for those who watch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) waiting: Option<Waiting>,
    /// What the runs cost the coordinator, by step.
    pub(crate) costs: Account,
    /// The same of each phase of a training by its name, and of the set-ups before sums, as far as it
    /// belongs to one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) phases: BTreeMap<String, Account>,
}

/// What a run cost the coordinator.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) all: Account,
    /// By the names of phases, and of set-ups.
    pub(crate) phases: BTreeMap<&'static str, Account>,
}

/// How far the phases of a study have come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub(crate) struct Progress {
    pub(crate) fit: Fitting,
    /// What the phases after the fit gave, in the plan's order.
    pub(crate) outcomes: Vec<Outcome>,
}

/// The same as it is kept: each learner's training under a name of its own.
#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fit: Option<Box<Training>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trees: Option<Box<growth::Training>>,
    outcomes: Vec<Outcome>,
}

/// What a phase after the fit gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// Measures over the test rows of all contributors.
    Evaluation(Box<Evaluated>),
    /// The last model of federated averaging.
    Averaged(Box<Averaged>),
    /// The data allow none.
    Without(consilium_glm::Failure),
    /// All parties have what they may learn of each other's keys; the coordinator has nothing.
    Aligned,
    /// All parties have their parts of the model; these are the mean losses after no tree, one tree,
    /// and so on.
    Grown(Vec<Losses>),
    /// What the label holder shows of its measures, if it may.
    Shown(Option<Shared>),
    /// The label holder has its predictions; the coordinator has nothing.
    Predicted,
    /// All contributors have their statistics; the coordinator has nothing.
    Measured,
    /// All contributors know how much others lack what they have. What each was told stays here, so
    /// that whatever it shows can be held against it.
    Held(consilium_scarcity::Opened),
    /// All contributors know what their rows are worth; what coalitions tell, if the plan asks for it.
    Valued(Option<Coalesced>),
}

/// Measures of the fitted model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Evaluated {
    #[serde(flatten)]
    pub(crate) overall: Measures,
    /// Where the plan shows them: each institution's own, rounded, or none of too few rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) institutions: Option<BTreeMap<PartyId, Option<Shared>>>,
}

/// A model of federated averaging.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Averaged {
    #[serde(flatten)]
    pub(crate) model: Candidate,
    /// Measures over the rows on which the fitted model is measured; none if they are too few.
    pub(crate) evaluation: Option<Measures>,
}

impl Job {
    /// Takes in what a run cost.
    pub(crate) fn charge(&mut self, spent: &Spent) {
        self.costs += &spent.all;
        for (phase, account) in &spent.phases {
            *self.phases.entry((*phase).to_owned()).or_default() += account;
        }
    }

    pub(crate) fn new(study: Study, federation: FederationId, plan: &Plan) -> Job {
        let fit = Fitting::begin(plan);
        Job {
            study,
            register: Register::new(federation, plan),
            reports: BTreeMap::new(),
            attempts: 0,
            doing: match plan.task() {
                Task::Train(task) => fit.doing(&task.learner),
                Task::Align(_) | Task::Dictionary(_) => Some(Doing::Comparing { chunks: 0 }),
                Task::Statistics(task) => Some(counting(task.agreement().sums(), None)),
                Task::Scarcity(task) => Some(counting(task.agreement().sums(), None)),
                Task::Vertical(task) => {
                    let first = plan.phases().first().copied();
                    first.map(|phase| vertical::doing(task, phase))
                }
            },
            progress: Progress {
                fit,
                outcomes: Vec::new(),
            },
            waiting: None,
            costs: Account::default(),
            phases: BTreeMap::new(),
        }
    }

    /// Reads a study as the store has it.
    ///
    /// # Errors
    ///
    /// If it is damaged, or another program's; the error names the study.
    pub(crate) fn read(study: &studies::Study) -> Result<(Plan, Job), StoreError> {
        let plan = std::str::from_utf8(&study.plan).map_err(|_| study.damaged("plan"))?;
        let plan: Plan = plan.parse().map_err(|_| study.damaged("plan"))?;
        if *plan.hash().as_bytes() != study.plan_hash {
            return Err(study.damaged("plan"));
        }
        Ok((plan, study.read_state(FORMAT)?))
    }

    /// Writes it as the store has it.
    pub(crate) fn text(&self) -> String {
        wire::json(&FORMAT.of(self))
    }

    /// Gives what the step in hand is at, JSON; nothing unless the study is running.
    pub(crate) fn doing(&self) -> Option<String> {
        let running = matches!(self.study, Study::Running { .. });
        self.doing.filter(|_| running).as_ref().map(wire::json)
    }
}

impl Progress {
    /// Gives the progress of a study whose first phases gave these.
    #[cfg(test)]
    pub(super) fn after(plan: &Plan, outcomes: Vec<Outcome>) -> Progress {
        let fit = Fitting::begin(plan);
        Progress { fit, outcomes }
    }

    /// Gives the phase that is to be run next, or none once all are done.
    pub(crate) fn next(&self, plan: &Plan) -> Option<Phase> {
        if !matches!(plan.task(), Task::Train(_)) {
            return plan.phases().get(self.outcomes.len()).copied();
        }
        if !self.fit.is_done() {
            return Some(Phase::Fit);
        }
        plan.phases().get(1 + self.outcomes.len()).copied()
    }

    /// Takes an opened sum in; those of trees and of later phases change nothing by themselves.
    pub(crate) fn open(&mut self, plan: &Plan, number: SumNumber, opened: &Opened) {
        if let Task::Train(task) = plan.task() {
            self.fit.open(&task.learner, number, opened);
        }
    }

    /// Says whether what is made of the next opened sums is kept apart from them.
    pub(crate) fn are_sums_apart(&self, plan: &Plan) -> bool {
        let is_fitted = matches!(plan.task(), Task::Train(_));
        self.fit.is_growing() || !is_fitted
    }

    /// Says what comes next; `last` is the sum that was opened last, none at a phase's beginning.
    pub(crate) fn doing(&self, plan: &Plan, last: Option<SumNumber>) -> Option<Doing> {
        let Some(phase) = self.next(plan) else {
            return Some(Doing::Finishing);
        };
        let task = match plan.task() {
            Task::Train(task) => task,
            Task::Align(_) | Task::Dictionary(_) => return None,
            Task::Statistics(task) => return Some(counting(task.agreement().sums(), last)),
            Task::Scarcity(task) => return Some(counting(task.agreement().sums(), last)),
            Task::Vertical(task) => return Some(vertical::doing(task, phase)),
        };
        if phase == Phase::Fit {
            return self.fit.doing(&task.learner);
        }
        // The last sum of a phase does not begin the next one yet.
        if last.is_some_and(|last| last < phase.first_sum() || last >= Gbdt::FIRST_SUM) {
            return None;
        }
        let schedule = match &task.learner {
            Learner::Glm(glm) => glm.schedule(phase),
            Learner::Gbdt(_) => None,
        };
        let Some(schedule) = schedule else {
            return Some(Doing::Measuring);
        };
        let rounds = schedule.rounds;
        // The first sum of the phase is that of the columns.
        let last = last.and_then(|last| last.0.checked_sub(phase.first_sum().0));
        Some(match last {
            Some(last) if last >= rounds => Doing::Measuring,
            Some(last) => Doing::Averaging {
                round: last + 1,
                rounds,
            },
            None => Doing::Standardising,
        })
    }

    /// Gives whose rows are in the fit once there is one; until then everybody's may be.
    pub(crate) fn contributors(&self, present: &[PartyId]) -> Vec<PartyId> {
        match self.fit.contributors() {
            Some(fitted) => present
                .iter()
                .filter(|party| fitted.contains(party))
                .cloned()
                .collect(),
            None => present.to_vec(),
        }
    }
}

/// Says how many of so many sums are opened, which are numbered from 0 on; `last` is the last one.
fn counting(sums: u32, last: Option<SumNumber>) -> Doing {
    Doing::Counting {
        sum: last.map_or(0, |last| last.0 + 1),
        sums,
    }
}

impl TryFrom<Written> for Progress {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Progress, Self::Error> {
        let fit = match (written.fit, written.trees) {
            (Some(fit), None) => Fitting::Glm(fit),
            (None, Some(trees)) => Fitting::Gbdt(trees),
            (None, None) => Fitting::Nothing,
            (Some(_), Some(_)) => return Err("a study trains one model"),
        };
        Ok(Progress {
            fit,
            outcomes: written.outcomes,
        })
    }
}

impl From<Progress> for Written {
    fn from(progress: Progress) -> Written {
        let (fit, trees) = match progress.fit {
            Fitting::Glm(fit) => (Some(fit), None),
            Fitting::Gbdt(trees) => (None, Some(trees)),
            Fitting::Nothing => (None, None),
        };
        Written {
            fit,
            trees,
            outcomes: progress.outcomes,
        }
    }
}
