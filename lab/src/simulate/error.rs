//! Why a cell has no outcome.

use consilium_contract::ContractError;
use consilium_evaluation::EvaluationError;
use consilium_gbdt::{
    BadModel, Failure as NoTrees,
    horizontal::{BadRows, HorizontalError},
    hybrid::HybridError,
    vertical::{BadTerms, VerticalError},
};
use consilium_glm::{BadTable, Failure as NoRegression, GlmError};
use consilium_mailbox::{Fault, PartyId};
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
    /// Parties don't mean the same.
    #[error(transparent)]
    Contract(#[from] ContractError),
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

    /// Says whether it tells of others alone: they went missing, or sent what they should not.
    fn is_of_others(&self) -> bool {
        let fault = match self {
            SimulationError::Glm(error) => error.fault(),
            SimulationError::Horizontal(error) => error.fault(),
            SimulationError::Vertical(error) => error.fault(),
            SimulationError::Hybrid(error) => error.fault(),
            SimulationError::Contract(error) => error.fault(),
            SimulationError::Sum(error) => error.fault(),
            SimulationError::Evaluation(error) => error.fault(),
            SimulationError::NotSimulated
            | SimulationError::NothingMeasured
            | SimulationError::Rows { .. }
            | SimulationError::Missing(_)
            | SimulationError::BadModel(_)
            | SimulationError::Terms(_)
            | SimulationError::NoRegression(_)
            | SimulationError::NoTrees(_) => Fault::Input,
        };
        matches!(fault, Fault::Peer(_) | Fault::Network)
    }
}

/// Gives what the leading party ended with, and what the others did.
///
/// # Errors
///
/// If any of them failed: the first error that is its party's own, since those who wait for a party that
/// failed fail for it; if there is none, the first.
pub(super) fn all_ended<L, T>(
    led: Result<L, SimulationError>,
    others: impl IntoIterator<Item = Result<T, SimulationError>>,
) -> Result<(L, Vec<T>), SimulationError> {
    let (mut ended, mut errors) = (Vec::new(), Vec::new());
    for other in others {
        match other {
            Ok(other) => ended.push(other),
            Err(error) => errors.push(error),
        }
    }
    let led = led.map_err(|error| errors.push(error)).ok();
    let cause = errors.iter().position(|error| !error.is_of_others());
    match led {
        Some(led) if errors.is_empty() => Ok((led, ended)),
        _ => Err(errors.swap_remove(cause.unwrap_or(0))),
    }
}

#[cfg(test)]
mod tests {
    use consilium_secagg::SumError;

    use super::*;

    #[test]
    fn what_a_party_finds_itself_is_told_before_that_others_missed_it() {
        let missed = || SimulationError::Sum(SumError::LeftOut);
        let found = || SimulationError::NoRegression(NoRegression::ConstantLabel);
        let told = |led: Result<(), SimulationError>, others: Vec<Result<(), SimulationError>>| {
            let failed = all_ended(led, others).expect_err("some failed");
            failed.to_string()
        };
        let all = [
            told(Err(found()), vec![Err(missed()), Ok(())]),
            told(Err(missed()), vec![Err(missed()), Err(found())]),
            told(Ok(()), vec![Ok(()), Err(found())]),
        ];
        assert_eq!(all, [(); 3].map(|()| found().to_string()));
        let waited = told(Err(missed()), vec![Ok(())]);
        assert_eq!(waited, missed().to_string());
        let (led, others) = all_ended(Ok(1), [Ok(2), Ok(3)]).expect("nobody failed");
        assert_eq!((led, others), (1, vec![2, 3]));
    }
}
