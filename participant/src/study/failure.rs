//! Why this institution's part in a run ended, as the coordinator is told.

use std::io;

use consilium_glm::GlmError;
use consilium_identity::SealError;
use consilium_mailbox::{MailboxError, PartyId, TransportError};
use consilium_node::{files::FileError, link::RunTaken};
use consilium_plan::{Code, Failure};
use consilium_secagg::{BookError, Refusal, SumError};
use consilium_store::StoreError;

/// Why this institution's part in a run ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// The run was not begun: nothing has left.
    #[error("the run is refused: {0}")]
    Refused(Failure),
    #[error(transparent)]
    Taken(#[from] RunTaken),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    #[error(transparent)]
    Protocol(#[from] GlmError),
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

impl From<SumError> for RunError {
    fn from(error: SumError) -> RunError {
        RunError::Protocol(error.into())
    }
}

impl RunError {
    /// Gives it as a failure; `me` is this institution.
    pub(crate) fn failure(&self, me: &PartyId) -> Failure {
        match self {
            RunError::Refused(failure) => failure.clone(),
            RunError::Taken(_) => Failure::new(Code::FrameReplayed).of(me),
            RunError::Seal(error) => of_seal(error),
            RunError::Mailbox(error) => of_mail(error),
            RunError::Protocol(error) => of_glm(error, me),
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

fn of_seal(error: &SealError) -> Failure {
    let failure = |code, peer| Failure::new(code).of(peer).at("seal");
    match error {
        SealError::Transport(error) => of_transport(error, "seal"),
        SealError::Silent { peer, .. } => failure(Code::PartyAborted, peer),
        SealError::Unexpected { peer, .. }
        | SealError::BadSignature { peer, .. }
        | SealError::Forged { peer, .. } => failure(Code::FrameTampered, peer),
        SealError::UnknownParty { peer } => failure(Code::PartyUnknown, peer),
        SealError::WeakShare { peer } => failure(Code::MessageMalformed, peer),
        _ => Failure::new(Code::Internal).at("seal"),
    }
}

fn of_transport(error: &TransportError, step: &str) -> Failure {
    match error {
        TransportError::Closed(peer) => Failure::new(Code::PartyAborted).of(peer).at(step),
        _ => Failure::new(Code::Internal).at(step),
    }
}

fn of_mail(error: &MailboxError) -> Failure {
    match error {
        MailboxError::Transport(error) => of_transport(error, "link"),
        other => Failure::from(other),
    }
}

fn of_glm(error: &GlmError, me: &PartyId) -> Failure {
    match error {
        GlmError::Mailbox(error) => of_mail(error),
        GlmError::Sum(error) => of_sum(error, me),
        GlmError::Failed(failure) => Failure::from(failure),
        GlmError::BadModel { aggregator } | GlmError::TooManySums { aggregator } => {
            let lied = Failure::new(Code::MessageMalformed);
            lied.of(aggregator).at("model")
        }
        GlmError::LeftOut { .. } => Failure::new(Code::PartyAborted).of(me).at("left out"),
        _ => Failure::new(Code::Internal).of(me).at("glm"),
    }
}

fn of_sum(error: &SumError, me: &PartyId) -> Failure {
    let named = |code, party| Failure::new(code).of(party).at("sum");
    match error {
        SumError::Mailbox(error) => of_mail(error),
        SumError::Equivocation { aggregator, .. } => named(Code::AggregatorLied, aggregator),
        SumError::SharesDisagree { party, holders } => {
            named(Code::SharesDisagree, party).with("holders", names(holders))
        }
        SumError::Breach { party, .. } | SumError::WrongLength { party, .. } => {
            named(Code::MessageMalformed, party)
        }
        SumError::Refused(Refusal::Derivable { exposed, .. }) => {
            named(Code::RosterShrinkRefused, me).with("missing", names(exposed))
        }
        SumError::Refused(_) => named(Code::SumRefused, me),
        SumError::TooFewShares { party, .. } => named(Code::PartyAborted, party),
        SumError::Missing { missing, .. }
        | SumError::TooFew { missing, .. }
        | SumError::Disconnected { missing } => {
            named(Code::PartyAborted, missing.first().unwrap_or(me))
        }
        SumError::LeftOut => named(Code::PartyAborted, me),
        SumError::Book(error) => of_book(error, me),
        _ => named(Code::Internal, me),
    }
}

fn of_book(error: &BookError, me: &PartyId) -> Failure {
    match error.source.downcast_ref::<StoreError>() {
        Some(error) => of_store(error, me),
        None => Failure::new(Code::StateDamaged).of(me),
    }
}

fn names<'a>(parties: impl IntoIterator<Item = &'a PartyId>) -> String {
    let names: Vec<&str> = parties.into_iter().map(PartyId::as_str).collect();
    names.join(", ")
}

/// Gives a failure of this program itself.
pub(crate) fn internal(me: &PartyId, step: &str) -> Failure {
    Failure::new(Code::Internal).of(me).at(step)
}

#[cfg(test)]
mod tests;
