//! The training of a study's model, whatever learns it.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use consilium_gbdt::training as growth;
use consilium_glm::{MOST_STEPS, Training};
use consilium_mailbox::PartyId;
use consilium_plan::{Doing, Gbdt, Learner, Phase, Plan, Task};
use consilium_secagg::{Entry, Opened, SumNumber};

/// A training on its way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fitting {
    Glm(Box<Training>),
    Gbdt(Box<growth::Training>),
    /// Nothing is fitted from sums.
    Nothing,
}

impl Fitting {
    pub(super) fn begin(plan: &Plan) -> Fitting {
        let Task::Train(task) = plan.task() else {
            return Fitting::Nothing;
        };
        match &task.learner {
            Learner::Glm(glm) => {
                let training = Training::begin(&glm.regression, Phase::Fit.first_sum());
                Fitting::Glm(Box::new(training))
            }
            Learner::Gbdt(trees) => {
                let training = growth::Training::begin(&trees.agreement, Gbdt::FIRST_SUM);
                Fitting::Gbdt(Box::new(training))
            }
        }
    }

    /// Says whether there is a model.
    pub(super) fn is_done(&self) -> bool {
        match self {
            Fitting::Glm(training) => matches!(**training, Training::Done(_)),
            Fitting::Gbdt(training) => matches!(**training, growth::Training::Done(_)),
            Fitting::Nothing => false,
        }
    }

    /// Says whether it grows trees: what is made of their sums is kept apart from the sums.
    pub(super) fn is_growing(&self) -> bool {
        matches!(self, Fitting::Gbdt(_)) && !self.is_done()
    }

    /// Goes on with a regression's opened sum, if it is the one that is awaited.
    pub(super) fn open(&mut self, learner: &Learner, number: SumNumber, opened: &Opened) {
        if let (Fitting::Glm(training), Learner::Glm(glm)) = (self, learner)
            && training.question().map(|(number, _)| number) == Some(number)
        {
            **training = (**training).clone().advance(&glm.regression, opened);
        }
    }

    /// Takes numbers beyond all that were opened if those that would be asked again were opened
    /// over other parties than will be there: a number is opened over one set.
    ///
    /// Over the same parties a tree in hand is grown again by the same sums.
    pub(super) fn renumber(&mut self, plan: &Plan, opened: &[Entry], present: &[PartyId]) {
        let (Fitting::Gbdt(training), Some(trees)) = (self, trees(plan)) else {
            return;
        };
        let Some(next) = training.awaits() else {
            return;
        };
        let again = opened.iter().filter_map(|entry| match entry {
            Entry::Opening { number, survivors } if *number >= next => Some((*number, survivors)),
            _ => None,
        });
        let present: BTreeSet<PartyId> = present.iter().cloned().collect();
        let is_other = again.clone().any(|(_, survivors)| *survivors != present);
        if let (Some(last), true) = (again.map(|(number, _)| number).max(), is_other) {
            **training = (**training).clone().go_on_beyond(&trees.agreement, last);
        }
    }

    /// Says what comes next; nothing once it is over.
    pub(super) fn doing(&self, learner: &Learner) -> Option<Doing> {
        match (self, learner) {
            (Fitting::Glm(training), Learner::Glm(glm)) => {
                let most = glm.regression.specification().steps.unwrap_or(MOST_STEPS);
                fitting(training, most)
            }
            (Fitting::Gbdt(training), Learner::Gbdt(trees)) => growing(training, trees),
            (Fitting::Glm(_), Learner::Gbdt(_))
            | (Fitting::Gbdt(_), Learner::Glm(_))
            | (Fitting::Nothing, _) => None,
        }
    }

    /// Gives whose rows are in the model once there is one.
    pub(super) fn contributors(&self) -> Option<BTreeSet<&PartyId>> {
        match self {
            Fitting::Glm(training) => match &**training {
                Training::Done(fit) => Some(fit.contributors.iter().collect()),
                _ => None,
            },
            Fitting::Gbdt(training) => match &**training {
                growth::Training::Done(fit) => Some(fit.contributors().iter().collect()),
                _ => None,
            },
            Fitting::Nothing => None,
        }
    }
}

/// Gives how trees are grown, if they are.
fn trees(plan: &Plan) -> Option<&Gbdt> {
    match plan.task() {
        Task::Train(task) => match &task.learner {
            Learner::Gbdt(trees) => Some(trees),
            Learner::Glm(_) => None,
        },
        _ => None,
    }
}

fn fitting(fit: &Training, most: u32) -> Option<Doing> {
    match fit {
        Training::Standardising { .. } => Some(Doing::Standardising),
        Training::Starting { .. } => Some(Doing::Starting),
        Training::Stepping { cohort, .. } => Some(Doing::Improving {
            iteration: cohort.updates + 1,
            most,
        }),
        Training::Noised { descent, .. } => Some(Doing::Improving {
            iteration: descent.updates() + 1,
            most,
        }),
        Training::Done(_) | Training::Failed(_) => None,
    }
}

fn growing(training: &growth::Training, trees: &Gbdt) -> Option<Doing> {
    training.awaits()?;
    let Some(ensemble) = training.ensemble() else {
        return Some(Doing::Cutting);
    };
    let most = trees.specification().trees;
    let grown = u32::try_from(ensemble.trees().len()).unwrap_or(u32::MAX);
    let losses = ensemble.losses().last();
    Some(Doing::Growing {
        tree: grown.saturating_add(1).min(most),
        trees: most,
        loss: losses.map(|losses| losses.trained),
        held_out: losses.and_then(|losses| losses.held_out),
    })
}
