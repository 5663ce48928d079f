//! Why a cell has no outcome.

use consilium_evaluation::EvaluationError;
use consilium_gbdt::{
    BadModel, Failure as NoTrees,
    horizontal::{BadRows, HorizontalError},
    hybrid::HybridError,
    vertical::{BadTerms, VerticalError},
};
use consilium_glm::{BadTable, Failure as NoRegression, GlmError};
use consilium_mailbox::PartyId;
use consilium_secagg::SumError;

/// Why a fit gave no model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// The kind of plan has no fit that could be simulated.
    #[error("plans of this kind are not simulated")]
    NotSimulated,
    /// No test row can be measured.
    #[error("there are no test rows to measure the model on")]
    NothingMeasured,
    /// The rows are none that the plan allows.
    #[error("the rows of {party} can't be used: {why}")]
    Rows {
        /// Whose.
        party: PartyId,
        /// What is wrong with them; no value.
        why: String,
    },
    /// A party that the plan names brings nothing.
    #[error("{0} brings no rows")]
    Missing(PartyId),
    /// A regression was not fitted.
    #[error(transparent)]
    Glm(#[from] GlmError),
    /// Trees were not grown on sums.
    #[error(transparent)]
    Horizontal(#[from] HorizontalError),
    /// Sums gave trees that can't be told.
    #[error(transparent)]
    BadModel(#[from] BadModel),
    /// Trees were not grown on columns of several.
    #[error(transparent)]
    Vertical(#[from] VerticalError),
    /// Trees were not grown with a group of hospitals.
    #[error(transparent)]
    Hybrid(#[from] HybridError),
    /// The plan's terms don't suit the number of rows.
    #[error(transparent)]
    Terms(#[from] BadTerms),
    /// A sum was not opened.
    #[error(transparent)]
    Sum(#[from] SumError),
    /// A model was not measured by sums.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// The rows in one place give no regression.
    #[error(transparent)]
    NoRegression(#[from] NoRegression),
    /// The rows in one place give no trees.
    #[error(transparent)]
    NoTrees(#[from] NoTrees),
}

impl SimulationError {
    pub(crate) fn of_regression(party: &PartyId) -> impl FnOnce(BadTable) -> SimulationError {
        |bad| SimulationError::rows(party, &bad)
    }

    pub(crate) fn of_trees(party: &PartyId) -> impl FnOnce(BadRows) -> SimulationError {
        |bad| SimulationError::rows(party, &bad)
    }

    pub(crate) fn rows(party: &PartyId, why: &dyn std::fmt::Display) -> SimulationError {
        SimulationError::Rows {
            party: party.clone(),
            why: why.to_string(),
        }
    }
}
