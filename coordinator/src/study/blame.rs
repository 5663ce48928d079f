//! What a run's end means for its study.

use consilium_glm::GlmError;
use consilium_identity::SealError;
use consilium_mailbox::{Fault, PartyId, TransportError};
use consilium_plan::{Code, Failure};
use consilium_secagg::{Refusal, SumError};

use super::attempt::AttemptError;

/// Why a run ended early, and whether another one may do better.
#[derive(Debug)]
pub(super) enum Blame {
    /// Somebody was away, or a message lost: the same again may succeed.
    Passing(Failure),
    /// No run will do better.
    Lasting(Failure),
    /// What was achieved could not be kept here.
    Ours,
}

/// Says whether a party that failed so may only have missed somebody else.
pub(super) fn is_consequence(code: Code) -> bool {
    matches!(
        code,
        Code::LinkDown
            | Code::PartySilent
            | Code::PartyAborted
            | Code::PartyLost
            | Code::SumTooFew
            | Code::FrameTampered
            | Code::FrameReplayed
            | Code::RosterShrinkRefused
    )
}

pub(super) fn blame(error: &AttemptError, me: &PartyId) -> Blame {
    match error {
        AttemptError::Taken(_) => Blame::Passing(Failure::new(Code::Internal).at("run")),
        AttemptError::Unkept => Blame::Ours,
        AttemptError::Seal(error) => seal(error),
        AttemptError::Protocol(error) => glm(error, me),
    }
}

fn seal(error: &SealError) -> Blame {
    let step = "seal";
    Blame::Passing(match error {
        SealError::Transport(error) => transport(error).at(step),
        SealError::Silent { peer, .. } => Failure::new(Code::PartyAborted).of(peer).at(step),
        SealError::Unexpected { peer, .. }
        | SealError::BadSignature { peer, .. }
        | SealError::Forged { peer, .. } => Failure::new(Code::FrameTampered).of(peer).at(step),
        SealError::UnknownParty { peer } => {
            return Blame::Lasting(Failure::new(Code::PartyUnknown).of(peer));
        }
        SealError::WeakShare { peer } => {
            return Blame::Lasting(Failure::new(Code::MessageMalformed).of(peer).at(step));
        }
        _ => return Blame::Lasting(Failure::new(Code::Internal).at(step)),
    })
}

fn transport(error: &TransportError) -> Failure {
    match error {
        TransportError::Closed(peer) | TransportError::Unknown(peer) => {
            Failure::new(Code::PartyAborted).of(peer)
        }
        _ => Failure::new(Code::Internal),
    }
}

fn glm(error: &GlmError, me: &PartyId) -> Blame {
    match error {
        GlmError::Failed(failure) => Blame::Lasting(Failure::from(failure)),
        GlmError::Mailbox(error) => mail(error),
        GlmError::Sum(error) => sum(error, me),
        GlmError::BadMeasures { party } => Blame::Lasting(
            Failure::new(Code::MessageMalformed)
                .of(party)
                .at("measures"),
        ),
        _ => Blame::Lasting(Failure::new(Code::Internal).at("glm")),
    }
}

fn mail(error: &consilium_mailbox::MailboxError) -> Blame {
    let failure = match error {
        consilium_mailbox::MailboxError::Transport(error) => transport(error).at("link"),
        other => Failure::from(other),
    };
    match error.fault() {
        Fault::Ours => Blame::Lasting(failure),
        _ if failure.code == Code::MessageMalformed => Blame::Lasting(failure),
        _ => Blame::Passing(failure),
    }
}

fn sum(error: &SumError, me: &PartyId) -> Blame {
    match error {
        SumError::Mailbox(error) => mail(error),
        SumError::Book(_) => Blame::Ours,
        SumError::SharesDisagree { party, holders } => Blame::Lasting(
            Failure::new(Code::SharesDisagree)
                .of(party)
                .at("sum")
                .with("holders", names(holders)),
        ),
        SumError::Breach { party, .. } | SumError::WrongLength { party, .. } => {
            Blame::Lasting(Failure::new(Code::MessageMalformed).of(party).at("sum"))
        }
        SumError::Refused(_) => Blame::Lasting(Failure::new(Code::SumRefused).of(me).at("sum")),
        SumError::Missing { missing, refusal } => Blame::Passing(match refusal {
            Refusal::Derivable { .. } | Refusal::OpenedOtherwise { .. } => {
                about(Code::RosterShrinkRefused, missing).with("missing", names(missing))
            }
            _ => about(Code::PartyAborted, missing).at("sum"),
        }),
        SumError::TooFew {
            present,
            needed,
            missing,
        } => Blame::Passing(
            about(Code::SumTooFew, missing)
                .at("sum")
                .with("arrived", present)
                .with("needed", needed)
                .with("missing", names(missing)),
        ),
        SumError::Disconnected { missing } => {
            Blame::Passing(about(Code::PartyAborted, missing).at("sum"))
        }
        SumError::TooFewShares { party, .. } => {
            Blame::Passing(Failure::new(Code::PartyAborted).of(party).at("shares"))
        }
        _ => Blame::Lasting(Failure::new(Code::Internal).at("sum")),
    }
}

fn about(code: Code, missing: &[PartyId]) -> Failure {
    let failure = Failure::new(code);
    match missing.first() {
        Some(party) => failure.of(party),
        None => failure,
    }
}

fn names(parties: &[PartyId]) -> String {
    parties
        .iter()
        .map(PartyId::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}
