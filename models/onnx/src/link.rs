//! From the predictor to the mean.

use crate::{
    file::{node, tensor},
    proto::{Node, Tensor},
};

/// How a predictor becomes a mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InverseLink {
    /// It is the mean: squared error.
    Identity,
    /// `1 / (1 + exp(-η))`: classes.
    Sigmoid,
    /// `exp(η)`: counts and costs, by Poisson, gamma or Tweedie deviance.
    Exp,
}

impl InverseLink {
    /// Gives the nodes from `predictor` to `mean`; [`one`] must be among the initializers.
    pub(crate) fn nodes(self) -> Vec<Node> {
        match self {
            InverseLink::Identity => vec![node("Identity", &["predictor"], "mean")],
            // By its parts: the operator Sigmoid is not to be had in double everywhere.
            InverseLink::Sigmoid => vec![
                node("Neg", &["predictor"], "negated"),
                node("Exp", &["negated"], "odds_against"),
                node("Add", &["odds_against", "one"], "all_odds"),
                node("Div", &["one", "all_odds"], "mean"),
            ],
            InverseLink::Exp => vec![node("Exp", &["predictor"], "mean")],
        }
    }
}

/// Gives the constant that [`InverseLink::nodes`] refer to.
pub(crate) fn one() -> Tensor {
    tensor("one", &[1, 1], vec![1.0])
}
