//! A result as the coordinator gives it, held against the plan and the institution's own model.

use std::collections::BTreeSet;

use consilium_mailbox::PartyId;
use consilium_plan::{Learner, OnDropout, Plan, Task};
use serde::Deserialize as _;
use serde_json::Value;

/// A result as the coordinator gives it to all receivers alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// The published model with its metadata, JSON; empty where the study leads to none.
    pub(crate) model: String,
    /// Measures, costs and opened sets, JSON.
    pub(crate) report: String,
}

/// What a received result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The study's result, as far as can be told here.
    Taken,
    /// One with another model than the one that this institution computed with the others.
    Differs,
    /// No result of the study.
    Foreign,
}

impl Verdict {
    /// Gives the name that the journal has.
    pub(super) fn name(self) -> &'static str {
        match self {
            Verdict::Taken => "taken",
            Verdict::Differs => "differs",
            Verdict::Foreign => "foreign",
        }
    }
}

impl Received {
    /// Judges it for `me`, whose own copy of the model `own` is, if there is one.
    ///
    /// # Security
    ///
    /// The coordinator draws up the result by itself. Whoever was there when the model was fitted
    /// has it already; only to one that was left out may it give another. Of an alignment, of
    /// statistics and of what institutions do with common rows it gives a report of its own doings alone, which there is
    /// nothing to compare with.
    pub(super) fn judge(&self, (plan, me): (&Plan, &PartyId), own: Option<&str>) -> Verdict {
        let task = match plan.task() {
            Task::Train(task) => task,
            Task::Align(_)
            | Task::Vertical(_)
            | Task::Statistics(_)
            | Task::Dictionary(_)
            | Task::Scarcity(_) => {
                let is_ours = read(&self.report).is_some_and(|report| is_of(plan, &report));
                return if is_ours && self.model.is_empty() {
                    Verdict::Taken
                } else {
                    Verdict::Foreign
                };
            }
        };
        let Some(fit) = self.fit(plan) else {
            return Verdict::Foreign;
        };
        let own = own.and_then(|own| Some(read(own)?.get("fit")?.clone()));
        if own.as_ref() == Some(&fit) {
            return Verdict::Taken;
        }
        let contributors = contributors(fit, &task.learner);
        let Some(contributors) = contributors.filter(|fitted| are_enough(fitted, plan)) else {
            return Verdict::Foreign;
        };
        let was_left_out = plan.on_dropout() == OnDropout::Continue && !contributors.contains(me);
        if own.is_none() || was_left_out {
            Verdict::Taken
        } else {
            Verdict::Differs
        }
    }

    /// Gives the fit, if model and report say of themselves that they are the plan's.
    fn fit(&self, plan: &Plan) -> Option<Value> {
        let mut model = read(&self.model)?;
        let is_ours = is_of(plan, &model)
            && is_of(plan, &read(&self.report)?)
            && model["plan"] == *plan.to_string();
        is_ours.then(|| model["fit"].take())
    }
}

/// Says whether a file says of itself that it is of the plan's study.
fn is_of(plan: &Plan, file: &Value) -> bool {
    file["about"]["study"] == *plan.hash().to_string()
}

fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// Gives whose rows are in a fit to its end, if it can be one of the plan's.
fn contributors(fit: Value, learner: &Learner) -> Option<Vec<PartyId>> {
    match learner {
        Learner::Glm(glm) => {
            let fit = consilium_glm::Published::deserialize(fit).ok()?;
            let suits = fit.suits(&glm.regression);
            suits.then(|| fit.contributors.clone())
        }
        Learner::Gbdt(trees) => {
            let fit = consilium_gbdt::training::Published::deserialize(fit).ok()?;
            let suits = trees.suits(&fit.model);
            suits.then(|| fit.rosters.last().map(|last| last.contributors.clone()))?
        }
    }
}

/// Says whether enough of the plan's contributors are in a fit, each once.
fn are_enough(contributors: &[PartyId], plan: &Plan) -> bool {
    let planned: BTreeSet<&PartyId> = plan.contributors().map(|(party, _)| party).collect();
    let fitted: BTreeSet<&PartyId> = contributors.iter().collect();
    fitted.len() == contributors.len()
        && fitted.len() >= plan.quorum()
        && fitted.is_subset(&planned)
}

#[cfg(test)]
mod tests;
