//! What is kept of a study between two steps.

use std::collections::{BTreeMap, BTreeSet};

use consilium_glm::{Candidate, Evaluation, Regression, Training};
use consilium_mailbox::PartyId;
use consilium_plan::{FederationId, PartyReport, Phase, Plan, Register, Study, Task};
use consilium_secagg::{Opened, SumNumber};
use serde::{Deserialize, Serialize};

use super::Cost;

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
    /// Contributors that were lost for good, where the plan goes on without them.
    pub(crate) left_out: BTreeSet<PartyId>,
    /// What the runs cost the coordinator, by step.
    pub(crate) costs: BTreeMap<String, Cost>,
}

/// How far the phases of a study have come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    pub(crate) fit: Training,
    /// What the phases after the fit gave, in the plan's order.
    pub(crate) outcomes: Vec<Outcome>,
}

/// What a phase after the fit gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// Measures over the test rows of all contributors.
    Evaluation(Box<Evaluation>),
    /// The last model of federated averaging.
    Averaged(Box<Candidate>),
    /// The data allow none.
    Without(consilium_glm::Failure),
}

impl Job {
    pub(crate) fn new(study: Study, federation: FederationId, plan: &Plan) -> Job {
        Job {
            study,
            register: Register::new(federation, plan),
            reports: BTreeMap::new(),
            attempts: 0,
            progress: Progress {
                fit: Training::begin(Phase::Fit.first_sum()),
                outcomes: Vec::new(),
            },
            left_out: BTreeSet::new(),
            costs: BTreeMap::new(),
        }
    }
}

impl Progress {
    /// Gives the phase that is to be run next, or none once all are done.
    pub(crate) fn next(&self, plan: &Plan) -> Option<Phase> {
        if !matches!(self.fit, Training::Done(_)) {
            return Some(Phase::Fit);
        }
        plan.phases().get(1 + self.outcomes.len()).copied()
    }

    /// Takes an opened sum in; those of later phases change nothing before their phase is done.
    pub(crate) fn open(&mut self, regression: &Regression, number: SumNumber, opened: &Opened) {
        let awaited = self.fit.question().map(|(number, _)| number);
        if awaited == Some(number) {
            self.fit = self.fit.clone().advance(regression, opened);
        }
    }

    /// Gives whose rows are in the fit once there is one; until then everybody's may be.
    pub(crate) fn contributors(&self, present: &[PartyId]) -> Vec<PartyId> {
        match &self.fit {
            Training::Done(fit) => {
                let fitted: BTreeSet<&PartyId> = fit.contributors.iter().collect();
                present
                    .iter()
                    .filter(|party| fitted.contains(party))
                    .cloned()
                    .collect()
            }
            _ => present.to_vec(),
        }
    }
}

/// Gives the regression of a plan.
pub(crate) fn regression(plan: &Plan) -> &Regression {
    let Task::TrainGlm(task) = plan.task() else {
        unreachable!("plans of other kinds are refused at submission")
    };
    &task.regression
}
