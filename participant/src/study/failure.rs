//! Why this institution's part in a run ended, as the coordinator is told.

use std::{error::Error, io, time::Duration};

use consilium_contract::ContractError;
use consilium_dictionary::DictionaryError;
use consilium_evaluation::EvaluationError;
use consilium_gbdt::{horizontal::HorizontalError, hybrid::HybridError, vertical::VerticalError};
use consilium_glm::GlmError;
use consilium_identity::SealError;
use consilium_mailbox::{MailboxError, PartyId};
use consilium_node::{files::FileError, link::RunTaken};
use consilium_plan::{Code, Failure};
use consilium_psi::{PsiError, unbalanced::Refused};
use consilium_scarcity::ScarcityError;
use consilium_secagg::{BookError, SumError};
use consilium_statistics::{StatisticsError, vertical::EvidenceError};
use consilium_store::StoreError;
use consilium_value::ValueError;

/// Why this institution's part in a run ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// The run was not begun, or what it is for is refused.
    #[error("the run is refused: {0}")]
    Refused(Failure),
    #[error(transparent)]
    Taken(#[from] RunTaken),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    #[error(transparent)]
    Contract(#[from] ContractError),
    #[error(transparent)]
    Sum(#[from] SumError),
    #[error(transparent)]
    Fit(GlmError),
    #[error(transparent)]
    Trees(HorizontalError),
    #[error(transparent)]
    Evaluation(EvaluationError),
    #[error(transparent)]
    Value(ValueError),
    #[error(transparent)]
    Alignment(#[from] PsiError),
    #[error(transparent)]
    Vertical(#[from] VerticalError),
    #[error(transparent)]
    Hybrid(HybridError),
    #[error(transparent)]
    Statistics(StatisticsError),
    #[error(transparent)]
    Scarcity(ScarcityError),
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    #[error(transparent)]
    Dictionary(#[from] DictionaryError),
    /// An asker kept others waiting for too long.
    #[error("{asker} had the turn for {length:?} and was not done")]
    TurnOver { asker: PartyId, length: Duration },
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The result can't be written.
    #[error("the result can't be written: {0}")]
    Results(#[from] FileError),
}

impl From<Failure> for RunError {
    fn from(failure: Failure) -> RunError {
        RunError::Refused(failure)
    }
}

impl From<GlmError> for RunError {
    fn from(error: GlmError) -> RunError {
        match error {
            GlmError::Sum(error) => RunError::Sum(error),
            error => RunError::Fit(error),
        }
    }
}

impl From<HorizontalError> for RunError {
    fn from(error: HorizontalError) -> RunError {
        match error {
            HorizontalError::Sum(error) => RunError::Sum(error),
            error => RunError::Trees(error),
        }
    }
}

impl From<HybridError> for RunError {
    fn from(error: HybridError) -> RunError {
        match error {
            HybridError::Sum(error) => RunError::Sum(error),
            HybridError::Vertical(error) => RunError::Vertical(error),
            error => RunError::Hybrid(error),
        }
    }
}

impl From<ScarcityError> for RunError {
    fn from(error: ScarcityError) -> RunError {
        match error {
            ScarcityError::Sum(error) => RunError::Sum(error),
            error => RunError::Scarcity(error),
        }
    }
}

impl From<ValueError> for RunError {
    fn from(error: ValueError) -> RunError {
        match error {
            ValueError::Sum(error) => RunError::Sum(error),
            error => RunError::Value(error),
        }
    }
}

impl From<StatisticsError> for RunError {
    fn from(error: StatisticsError) -> RunError {
        match error {
            StatisticsError::Sum(error) => RunError::Sum(error),
            error => RunError::Statistics(error),
        }
    }
}

impl From<EvaluationError> for RunError {
    fn from(error: EvaluationError) -> RunError {
        match error {
            EvaluationError::Sum(error) => RunError::Sum(error),
            error => RunError::Evaluation(error),
        }
    }
}

impl RunError {
    /// Gives it as a failure; `me` is this institution.
    pub(crate) fn failure(&self, me: &PartyId) -> Failure {
        match self {
            RunError::Refused(failure) => failure.clone(),
            RunError::Taken(_) => Failure::new(Code::FrameReplayed).of(me),
            RunError::Seal(error) => Failure::from(error),
            RunError::Mailbox(error) => Failure::from(error),
            RunError::Contract(error) => Failure::of_contract(error, me),
            RunError::Sum(SumError::Book(error)) => of_book(error, me),
            RunError::Sum(error) => Failure::of_sum(error, me),
            RunError::Fit(error) => Failure::of_fit(error, me),
            RunError::Trees(error) => Failure::of_trees(error, me),
            RunError::Value(error) => Failure::of_value(error, me),
            RunError::Evaluation(error) => Failure::of_evaluation(error, me),
            RunError::Alignment(PsiError::Refused(Refused::Store(error))) => {
                of_source(error.as_ref(), me)
            }
            RunError::Alignment(error) => Failure::of_alignment(error, me),
            RunError::Vertical(error) => Failure::of_vertical(error, me),
            RunError::Hybrid(error) => Failure::of_hybrid(error, me),
            RunError::Dictionary(error) => Failure::of_dictionary(error, me),
            RunError::Statistics(error) => Failure::of_statistics(error, me),
            RunError::Scarcity(error) => Failure::of_scarcity(error, me),
            RunError::Evidence(error) => Failure::of_evidence(error, me),
            RunError::TurnOver { asker, length } => Failure::from(&MailboxError::Silent {
                peer: asker.clone(),
                step: "align",
                waited: *length,
                held: 0,
            }),
            RunError::Store(error) => of_store(error, me),
            RunError::Results(error) => Failure::new(of_kind(error.source.kind())).of(me),
        }
    }
}

/// Gives it as a failure that the store can't be read or written.
pub(crate) fn of_store(error: &StoreError, me: &PartyId) -> Failure {
    let code = match error {
        StoreError::DiskFull => Code::DiskFull,
        StoreError::Corrupted { .. } => Code::StateDamaged,
        _ => return Failure::new(Code::Internal).of(me).at("store"),
    };
    Failure::new(code).of(me)
}

fn of_kind(kind: io::ErrorKind) -> Code {
    if kind == io::ErrorKind::StorageFull {
        Code::DiskFull
    } else {
        Code::StateDamaged
    }
}

fn of_book(error: &BookError, me: &PartyId) -> Failure {
    of_source(error.source.as_ref(), me)
}

/// Gives as a failure what the store has told a protocol.
fn of_source(source: &(dyn Error + Send + Sync + 'static), me: &PartyId) -> Failure {
    match source.downcast_ref::<StoreError>() {
        Some(error) => of_store(error, me),
        None => Failure::new(Code::StateDamaged).of(me),
    }
}

/// Gives a failure of this program itself.
pub(crate) fn internal(me: &PartyId, step: &str) -> Failure {
    Failure::new(Code::Internal).of(me).at(step)
}

#[cfg(test)]
mod tests;
