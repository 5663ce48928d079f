//! When a fit ends.

use serde::{Deserialize, Serialize};

use crate::{Boosting, LossTotals, count::narrow};

/// Mean losses after some trees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Losses {
    /// Of the rows trained on.
    pub trained: f64,
    /// Of the rows held out, if there are any.
    pub held_out: Option<f64>,
}

impl LossTotals {
    /// Gives the means; none if they are no finite numbers.
    pub fn means(&self) -> Option<Losses> {
        let trained = self.trained / self.trained_weights;
        let held_out = (self.held_out_weights > 0.0).then(|| self.held_out / self.held_out_weights);
        let finite = trained.is_finite() && held_out.is_none_or(f64::is_finite);
        finite.then_some(Losses { trained, held_out })
    }
}

/// The losses so far, and what they say about going on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stopping {
    trees: u32,
    patience: Option<u32>,
    /// Losses are taken once, after the last tree.
    #[serde(default)]
    only_last: bool,
    losses: Vec<Losses>,
}

impl Stopping {
    /// Begins with the number of trees and the patience of a specification.
    pub(crate) fn new(boosting: &Boosting) -> Stopping {
        let spec = boosting.specification();
        Stopping {
            trees: spec.trees,
            patience: spec.early_stopping.map(|early| early.patience),
            only_last: !spec.learning_curve,
            losses: Vec::new(),
        }
    }

    /// Takes the losses after one tree more than before, at first after none, and says whether
    /// another tree is to be grown; without a learning curve, those after the last tree.
    pub(crate) fn goes_on(&mut self, losses: Losses) -> bool {
        self.losses.push(losses);
        let grown = self.grown();
        let is_patient = self
            .patience
            .is_none_or(|patience| grown - self.best() < patience);
        grown < self.trees && is_patient
    }

    /// Lets go of the losses that were taken last: the same trees are measured again.
    pub(crate) fn again(&mut self) {
        self.losses.pop();
    }

    /// Gives the number of trees at which the loss of the rows held out was smallest; that of all
    /// trees if none were held out.
    pub(crate) fn best(&self) -> u32 {
        let held_out = (0..).zip(&self.losses);
        let held_out = held_out.filter_map(|(trees, losses)| Some((trees, losses.held_out?)));
        let best = held_out.reduce(|a, b| if b.1 < a.1 { b } else { a });
        best.map_or_else(|| self.grown(), |(trees, _)| trees)
    }

    fn grown(&self) -> u32 {
        if self.only_last {
            return self.trees;
        }
        narrow(self.losses.len().saturating_sub(1))
    }

    /// Gives the losses after no tree, one tree, and so on; without a learning curve, the last alone.
    pub(crate) fn losses(&self) -> &[Losses] {
        &self.losses
    }

    pub(crate) fn into_losses(self) -> Vec<Losses> {
        self.losses
    }
}
