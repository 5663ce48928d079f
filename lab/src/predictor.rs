//! A fitted model, whatever it is, as it scores rows.

use consilium_evaluation::{Measures, Scored, Subject};
use consilium_gbdt::{
    Model,
    vertical::{FeatureModel, LabelModel, ModelPart},
};
use consilium_glm::{Candidate, Family, Regression};
use consilium_mailbox::PartyId;
use serde::Serialize;

use crate::Rows;

/// A model with all its parts.
#[derive(Debug, Clone, Serialize)]
pub enum Predictor {
    /// A regression.
    Regression {
        /// Its label's distribution.
        family: Family,
        /// Its coefficients.
        model: Candidate,
    },
    /// Trees over the columns of one place.
    Trees(Model),
    /// Trees over columns of several.
    Joint(Joint),
}

/// The parts of trees that several parties hold together.
#[derive(Debug, Clone, Serialize)]
pub struct Joint {
    label: LabelModel,
    /// Of the feature holders, in the order that the label holder numbers them in.
    parts: Vec<FeatureModel>,
}

impl Joint {
    /// Puts the parts of all parties together; none unless one of them has the labels.
    pub fn of_parts(all: impl IntoIterator<Item = (PartyId, ModelPart)>) -> Option<Joint> {
        let (mut label, mut parts) = (None, Vec::new());
        for (party, part) in all {
            match part {
                ModelPart::LabelHolder(model) => label = Some(model),
                ModelPart::FeatureHolder(model) => parts.push((party, model)),
            }
        }
        Some(Joint::new(label?, parts))
    }

    /// Counts its trees.
    pub fn trees(&self) -> usize {
        self.label.trees().len()
    }

    pub(crate) fn new(label: LabelModel, mut parts: Vec<(PartyId, FeatureModel)>) -> Joint {
        let holders = label.holders().iter();
        let place = |party: &PartyId| holders.clone().position(|(holder, _)| holder == party);
        parts.sort_by_key(|(party, _)| place(party));
        let parts = parts.into_iter().map(|(_, part)| part).collect();
        Joint { label, parts }
    }

    /// Predicts the mean of a row, of the label holder's columns and then each part's.
    fn mean(&self, values: &[f64]) -> f64 {
        let (own, others) = values.split_at(self.label.columns().len().min(values.len()));
        let goes_left = |holder: u32, split: u32| {
            let before: usize = (self.parts.iter().take(holder as usize))
                .map(|part| part.columns().len())
                .sum();
            let part = self.parts.get(holder as usize);
            let rule = part.and_then(|part| part.rules().get(split as usize));
            rule.is_some_and(|rule| {
                let value = others.get(before + rule.column as usize);
                rule.goes_left(value.copied().unwrap_or(f64::NAN))
            })
        };
        self.label
            .objective()
            .mean(self.label.margin(own, goes_left))
    }
}

impl Predictor {
    pub(crate) fn regression(regression: &Regression, model: Candidate) -> Predictor {
        let family = regression.specification().family;
        Predictor::Regression { family, model }
    }

    /// Scores rows: the mean that the model predicts of each, with its label.
    ///
    /// Columns of a model of several are the label holder's, then the others' in their order.
    pub fn score(&self, rows: &Rows) -> Vec<Scored> {
        let scores = match self {
            Predictor::Trees(model) => model.means(&rows.values()),
            Predictor::Regression { family, model } => {
                by_row(rows, |values| model.predict(*family, values))
            }
            Predictor::Joint(joint) => by_row(rows, |values| joint.mean(values)),
        };
        let scored = scores.into_iter().zip(&rows.labels);
        scored
            .map(|(score, &label)| Scored { score, label })
            .collect()
    }
}

fn by_row(rows: &Rows, mean: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let values = rows.by_row();
    values
        .chunks_exact(rows.columns.len().max(1))
        .map(mean)
        .collect()
}

/// Gives the mean loss: the negative log likelihood of classes, the mean deviance of numbers.
pub(crate) fn mean_loss(subject: &Subject, scored: &[Scored]) -> Option<f64> {
    Measures::own(subject, scored).map(|measures| match measures {
        Measures::Classes(measures) => measures.log_loss,
        Measures::Numbers(measures) => measures.deviance,
    })
}
