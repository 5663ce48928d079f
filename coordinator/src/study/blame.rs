//! What a run's end means for its study.

use consilium_mailbox::PartyId;
use consilium_plan::{Code, Failure};
use consilium_secagg::SumError;

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

/// Says whether another run may do better: whoever failed so may only have missed somebody else.
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
            // It befalls where nobody did wrong.
            | Code::VerticalSumSpoilt
    )
}

/// Says what a run's early end means; `me` is the coordinator.
pub(super) fn blame(error: &AttemptError, me: &PartyId) -> Blame {
    let failure = match error {
        AttemptError::Unkept | AttemptError::Sum(SumError::Book(_)) => {
            return Blame::Ours;
        }
        AttemptError::Taken(_) => {
            return Blame::Passing(Failure::new(Code::Internal).of(me).at("run"));
        }
        AttemptError::Seal(error) => Failure::from(error),
        AttemptError::Mailbox(error) => Failure::from(error),
        AttemptError::Sum(error) => Failure::of_sum(error, me),
        AttemptError::Fit(error) => Failure::of_fit(error, me),
        AttemptError::Trees(error) => Failure::of_trees(error, me),
        AttemptError::Hybrid(error) => Failure::of_hybrid(error, me),
        AttemptError::Value(error) => Failure::of_value(error, me),
        AttemptError::Evaluation(error) => Failure::of_evaluation(error, me),
        AttemptError::Statistics(error) => Failure::of_statistics(error, me),
        AttemptError::Scarcity(error) => Failure::of_scarcity(error, me),
    };
    if is_consequence(failure.code) {
        Blame::Passing(failure)
    } else {
        Blame::Lasting(failure)
    }
}
