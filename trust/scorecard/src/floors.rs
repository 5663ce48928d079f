//! What a plan asks of cards.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Card, Dimension, PurposeName};

/// The least scores that data must have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floors {
    /// For which purpose.
    pub purpose: PurposeName,
    /// The least composite, in which a dimension that counts and wasn't measured counts as 0: leaving one out
    /// lifts nobody above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composite: Option<f64>,
    /// The least score of dimensions, whether or not they count for the purpose.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub least: BTreeMap<Dimension, f64>,
}

/// Where a card falls short.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Shortfall {
    /// It is for another purpose, or for one that says other things under the same id.
    #[error("the card is for the purpose {card}, and {wanted} is asked for")]
    OtherPurpose {
        /// The card's.
        card: PurposeName,
        /// The plan's.
        wanted: PurposeName,
    },
    /// A dimension was not measured.
    #[error("{} was not measured", .dimension.id())]
    Missing {
        /// Which.
        dimension: Dimension,
    },
    /// The composite is too low.
    #[error("the composite is {score:.2}, below {least}, where what was not measured counts as 0")]
    Composite {
        /// What it is, as [`Floors::composite`] counts.
        score: f64,
        /// What is asked for.
        least: f64,
    },
    /// A dimension is too low.
    #[error("{} is {score:.2}, below {least}", .dimension.id())]
    Dimension {
        /// Which.
        dimension: Dimension,
        /// What it is.
        score: f64,
        /// What is asked for.
        least: f64,
    },
}

impl Card {
    /// Holds the card's scores against the least that is asked for; nothing falls short where all is met.
    ///
    /// Scores are compared as they are and not by their intervals' bounds: an institution with few rows
    /// has wide ones, whatever its rows are like.
    pub fn meets(&self, floors: &Floors) -> Vec<Shortfall> {
        if self.purpose != floors.purpose {
            return vec![Shortfall::OtherPurpose {
                card: self.purpose.clone(),
                wanted: floors.purpose.clone(),
            }];
        }
        let mut short = Vec::new();
        if let Some(least) = floors.composite {
            match self.composite.map(|it| it.score * self.measured()) {
                Some(score) if score >= least => {}
                Some(score) => short.push(Shortfall::Composite { score, least }),
                None => {
                    let lacks = self.lacks().into_iter();
                    short.extend(lacks.map(|dimension| Shortfall::Missing { dimension }));
                }
            }
        }
        for (dimension, least) in &floors.least {
            let (dimension, least) = (*dimension, *least);
            match self.dimensions.get(&dimension).map(|it| it.score.score) {
                Some(score) if score >= least => {}
                Some(score) => short.push(Shortfall::Dimension {
                    dimension,
                    score,
                    least,
                }),
                None => short.push(Shortfall::Missing { dimension }),
            }
        }
        short.dedup();
        short
    }
}
