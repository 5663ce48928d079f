//! Errors of protocols as failures of a study.

use consilium_evaluation::{self as evaluation, EvaluationError};
use consilium_gbdt::horizontal::{HorizontalError, NoModel};
use consilium_glm::{self as glm, GlmError};
use consilium_identity::SealError;
use consilium_mailbox::{MailboxError, PartyId, TransportError};
use consilium_secagg::{Refusal, SumError};
use consilium_value::ValueError;

use super::Failure;
use crate::{Code, time::length_text};

impl From<&glm::Failure> for Failure {
    fn from(failure: &glm::Failure) -> Failure {
        use glm::Failure as Glm;
        match failure {
            Glm::TooFewRows { needed, .. } => {
                Failure::new(Code::CohortTooSmall).with("minimum", needed)
            }
            Glm::ConstantLabel => Failure::new(Code::DataOneClass),
            Glm::NarrowLabel => Failure::new(Code::DataRangeTooWide).with("column", "label"),
            Glm::ConstantColumn { column } => {
                Failure::new(Code::DataConstantColumn).with("column", column)
            }
            Glm::NarrowColumn { column } => {
                Failure::new(Code::DataRangeTooWide).with("column", column)
            }
            Glm::RareLevel { column, minimum } => Failure::new(Code::DataRareLevel)
                .with("column", column)
                .with("minimum", minimum),
            Glm::Collinear { column } => Failure::new(Code::ModelCollinear).with("column", column),
            Glm::Separation { column } => {
                Failure::new(Code::ModelSeparation).with("column", column)
            }
            Glm::BeyondCaps => Failure::new(Code::ModelBeyondCaps),
            Glm::NotConverged { sums, .. } => {
                Failure::new(Code::ModelNotConverged).with("sums", sums)
            }
            Glm::Diverged => Failure::new(Code::ModelDiverged).with("arm", "fedavg/fedprox"),
            Glm::TooFewToEvaluate { minimum } => {
                Failure::new(Code::EvaluationTooFew).with("minimum", minimum)
            }
            Glm::Implausible => Failure::new(Code::SumImplausible),
            Glm::Unrepresentative => Failure::new(Code::ModelUnrepresentative),
            _ => Failure::new(Code::Internal).at("glm"),
        }
    }
}

impl From<&evaluation::Failure> for Failure {
    fn from(failure: &evaluation::Failure) -> Failure {
        use evaluation::Failure as Unmeasured;
        match failure {
            Unmeasured::TooFewToEvaluate { minimum } => {
                Failure::new(Code::EvaluationTooFew).with("minimum", minimum)
            }
            Unmeasured::Implausible => Failure::new(Code::SumImplausible),
        }
    }
}

impl From<&NoModel> for Failure {
    fn from(failure: &NoModel) -> Failure {
        match failure {
            NoModel::NoRows => Failure::new(Code::CohortTooSmall).with("minimum", 1),
            NoModel::NothingHeldOut => Failure::new(Code::ModelNothingHeldOut),
            NoModel::Diverged { tree } => {
                Failure::new(Code::ModelTreesDiverged).with("tree", tree + 1)
            }
            NoModel::Implausible => Failure::new(Code::SumImplausible),
            _ => Failure::new(Code::Internal).at("gbdt"),
        }
    }
}

impl From<&MailboxError> for Failure {
    fn from(error: &MailboxError) -> Failure {
        use MailboxError as Mail;
        match error {
            Mail::Silent {
                peer, step, waited, ..
            }
            | Mail::Unread { peer, step, waited } => Failure::new(Code::PartySilent)
                .of(peer)
                .at(*step)
                .with("length", length_text(*waited)),
            Mail::LinkDown { peer, step, down } => Failure::new(Code::LinkDown)
                .of(peer)
                .at(*step)
                .with("length", length_text(*down)),
            Mail::Aborted { peer, .. } => Failure::new(Code::PartyAborted).of(peer).at("run"),
            Mail::Malformed { peer, step } | Mail::TooLong { peer, step, .. } => {
                Failure::new(Code::MessageMalformed).of(peer).at(*step)
            }
            Mail::OutOfOrder { peer, .. } => Failure::new(Code::FrameReplayed).of(peer),
            Mail::Misdirected { peer } => Failure::new(Code::FrameTampered).of(peer),
            Mail::Quorum {
                step,
                arrived,
                at_least,
                missing,
                ..
            } => Failure::new(Code::SumTooFew)
                .at(*step)
                .with("arrived", arrived)
                .with("needed", at_least)
                .with("missing", names(missing)),
            Mail::Transport(error) => error.into(),
            _ => Failure::new(Code::Internal).at("mailbox"),
        }
    }
}

impl From<&TransportError> for Failure {
    fn from(error: &TransportError) -> Failure {
        match error {
            TransportError::Closed(peer) => Failure::new(Code::PartyAborted).of(peer),
            _ => Failure::new(Code::Internal),
        }
        .at("link")
    }
}

impl From<&SealError> for Failure {
    fn from(error: &SealError) -> Failure {
        let of = |code, peer| Failure::new(code).of(peer).at("seal");
        match error {
            SealError::Transport(error) => error.into(),
            SealError::Silent { peer, .. } => of(Code::PartyAborted, peer),
            SealError::Unexpected { peer, .. }
            | SealError::BadSignature { peer, .. }
            | SealError::Forged { peer, .. } => of(Code::FrameTampered, peer),
            SealError::UnknownParty { peer } => of(Code::PartyUnknown, peer),
            SealError::WeakShare { peer } => of(Code::MessageMalformed, peer),
            _ => Failure::new(Code::Internal).at("seal"),
        }
    }
}

impl Failure {
    /// Gives an error of a fit as the failure that `me` tells.
    pub fn of_fit(error: &GlmError, me: &PartyId) -> Failure {
        match error {
            GlmError::Mailbox(error) => error.into(),
            GlmError::Sum(error) => Failure::of_sum(error, me),
            GlmError::Failed(failure) => failure.into(),
            GlmError::BadModel { aggregator } | GlmError::TooManySums { aggregator } => {
                malformed(aggregator, "model")
            }
            GlmError::BadEstimate { lead } => malformed(lead, "estimate"),
            GlmError::Incomplete { party } => Failure::new(Code::PartyAborted).of(party).at("sum"),
            GlmError::LeftOut { .. } => Failure::new(Code::PartyAborted).of(me).at("left out"),
            _ => Failure::new(Code::Internal).of(me).at("glm"),
        }
    }

    /// Gives an error of trees as the failure that `me` tells.
    pub fn of_trees(error: &HorizontalError, me: &PartyId) -> Failure {
        match error {
            HorizontalError::Mailbox(error) => error.into(),
            HorizontalError::Sum(error) => Failure::of_sum(error, me),
            HorizontalError::Failed(failure) => failure.into(),
            HorizontalError::BadModel { aggregator }
            | HorizontalError::TooManySums { aggregator } => malformed(aggregator, "model"),
            HorizontalError::LeftOut { .. } => {
                Failure::new(Code::PartyAborted).of(me).at("left out")
            }
            _ => Failure::new(Code::Internal).of(me).at("gbdt"),
        }
    }

    /// Gives an error of an evaluation as the failure that `me` tells.
    pub fn of_evaluation(error: &EvaluationError, me: &PartyId) -> Failure {
        match error {
            EvaluationError::Mailbox(error) => error.into(),
            EvaluationError::Sum(error) => Failure::of_sum(error, me),
            EvaluationError::Failed(failure) => failure.into(),
            EvaluationError::BadAnswer { aggregator } => malformed(aggregator, "model"),
            EvaluationError::BadMeasures { party } => malformed(party, "measures"),
            _ => Failure::new(Code::Internal).of(me).at("evaluation"),
        }
    }

    /// Gives an error of a valuation as the failure that `me` tells.
    pub fn of_value(error: &ValueError, me: &PartyId) -> Failure {
        match error {
            ValueError::Mailbox(error) => error.into(),
            ValueError::Sum(error) => Failure::of_sum(error, me),
            ValueError::Failed(failure) => Failure::from(&consilium_glm::Failure::from(*failure)),
            ValueError::BadAnswer { aggregator } => malformed(aggregator, "values"),
            ValueError::BadPart { party } => malformed(party, "own sums"),
            ValueError::Incomplete { party } => {
                Failure::new(Code::PartyAborted).of(party).at("sum")
            }
            _ => Failure::new(Code::Internal).of(me).at("value"),
        }
    }

    /// Gives an error of a sum as the failure that `me` tells.
    pub fn of_sum(error: &SumError, me: &PartyId) -> Failure {
        let of = |code, party| Failure::new(code).of(party).at("sum");
        let first = |missing: &[PartyId]| missing.first().unwrap_or(me).clone();
        match error {
            SumError::Mailbox(error) => error.into(),
            SumError::Equivocation { aggregator, .. } => of(Code::AggregatorLied, aggregator),
            SumError::SharesDisagree { party, holders } => {
                of(Code::SharesDisagree, party).with("holders", names(holders))
            }
            SumError::Breach { party, .. } | SumError::WrongLength { party, .. } => {
                of(Code::MessageMalformed, party)
            }
            SumError::Refused(Refusal::Derivable { exposed, .. }) => {
                of(Code::RosterShrinkRefused, me).with("missing", names(exposed))
            }
            SumError::Refused(_) => of(Code::SumRefused, me),
            SumError::Missing {
                missing,
                refusal: Refusal::Derivable { .. } | Refusal::OpenedOtherwise { .. },
            } => of(Code::RosterShrinkRefused, &first(missing)).with("missing", names(missing)),
            SumError::TooFew {
                present,
                needed,
                missing,
            } => of(Code::SumTooFew, &first(missing))
                .with("arrived", present)
                .with("needed", needed)
                .with("missing", names(missing)),
            SumError::Missing { missing, .. } | SumError::Disconnected { missing } => {
                of(Code::PartyAborted, &first(missing))
            }
            SumError::TooFewShares { party, .. } => of(Code::PartyAborted, party),
            SumError::LeftOut => of(Code::PartyAborted, me),
            SumError::Book(_) => of(Code::StateDamaged, me),
            _ => of(Code::Internal, me),
        }
    }
}

fn malformed(party: &PartyId, step: &str) -> Failure {
    Failure::new(Code::MessageMalformed).of(party).at(step)
}

fn names<'a>(parties: impl IntoIterator<Item = &'a PartyId>) -> String {
    let names: Vec<&str> = parties.into_iter().map(PartyId::as_str).collect();
    names.join(", ")
}
