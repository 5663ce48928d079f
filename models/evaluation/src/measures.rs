//! The measures of a model, whatever it predicts.

use serde::{Deserialize, Serialize};

use crate::{Evaluation, GoodnessOfFit, Scored, Subject};

/// Measures of a model on rows with known labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Measures {
    /// Where classes are predicted.
    Classes(Evaluation),
    /// Where numbers are.
    Numbers(GoodnessOfFit),
}

impl Measures {
    /// Measures rows that lie in one place; nothing if there are none.
    ///
    /// # Security
    ///
    /// As of [`Evaluation::own`].
    pub fn own(subject: &Subject, scored: &[Scored]) -> Option<Measures> {
        if subject.is_of_classes() {
            Evaluation::own(scored).map(Measures::Classes)
        } else {
            GoodnessOfFit::own(subject, scored).map(Measures::Numbers)
        }
    }

    /// Gives those of predicted classes.
    pub fn classes(self) -> Option<Evaluation> {
        match self {
            Measures::Classes(measures) => Some(measures),
            Measures::Numbers(_) => None,
        }
    }
}
