//! Errors of protocols as failures of a study.

use consilium_glm::{self as glm, GlmError};
use consilium_mailbox::{Fault, MailboxError, PartyId};
use consilium_secagg::SumError;

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
            _ => Failure::new(Code::Internal).at("glm"),
        }
    }
}

impl From<&MailboxError> for Failure {
    fn from(error: &MailboxError) -> Failure {
        use MailboxError as Mail;
        match error {
            Mail::Silent {
                peer, step, waited, ..
            } => Failure::new(Code::PartySilent)
                .of(peer)
                .at(*step)
                .with("length", length_text(*waited)),
            Mail::LinkDown { peer, step, down } => Failure::new(Code::LinkDown)
                .of(peer)
                .at(*step)
                .with("length", length_text(*down)),
            Mail::Aborted { peer, .. } => Failure::new(Code::PartyAborted).of(peer),
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
            } => {
                let names: Vec<&str> = missing.iter().map(PartyId::as_str).collect();
                Failure::new(Code::SumTooFew)
                    .at(*step)
                    .with("arrived", arrived)
                    .with("needed", at_least)
                    .with("missing", names.join(", "))
            }
            other => {
                let step = if other.fault() == Fault::Network {
                    "transport"
                } else {
                    "mailbox"
                };
                Failure::new(Code::Internal).at(step)
            }
        }
    }
}

impl From<&SumError> for Failure {
    fn from(error: &SumError) -> Failure {
        let names = |missing: &[PartyId]| {
            missing
                .iter()
                .map(PartyId::as_str)
                .collect::<Vec<_>>()
                .join(", ")
        };
        match error {
            SumError::Mailbox(error) => error.into(),
            SumError::Equivocation { aggregator, .. } => Failure::new(Code::AggregatorLied)
                .of(aggregator)
                .at("secagg"),
            SumError::Missing { missing, .. } => {
                Failure::new(Code::RosterShrinkRefused).with("missing", names(missing))
            }
            SumError::TooFew {
                present,
                needed,
                missing,
            } => Failure::new(Code::SumTooFew)
                .at("secagg")
                .with("arrived", present)
                .with("needed", needed)
                .with("missing", names(missing)),
            SumError::SharesDisagree { party, holders } => Failure::new(Code::SharesDisagree)
                .of(party)
                .at("secagg")
                .with("holders", names(holders)),
            SumError::WrongLength { party, .. } | SumError::Breach { party, .. } => {
                Failure::new(Code::MessageMalformed).of(party).at("secagg")
            }
            SumError::Refused(_) => Failure::new(Code::SumRefused),
            SumError::Book(_) => Failure::new(Code::StateDamaged),
            _ => Failure::new(Code::Internal).at("secagg"),
        }
    }
}

impl From<&GlmError> for Failure {
    fn from(error: &GlmError) -> Failure {
        match error {
            GlmError::Mailbox(error) => error.into(),
            GlmError::Sum(error) => error.into(),
            GlmError::Failed(failure) => failure.into(),
            GlmError::BadModel { aggregator } | GlmError::TooManySums { aggregator } => {
                Failure::new(Code::MessageMalformed)
                    .of(aggregator)
                    .at("glm")
            }
            _ => Failure::new(Code::Internal).at("glm"),
        }
    }
}
