//! Errors over columns of several institutions as failures of a study.

use consilium_gbdt::{Failure as NoFit, hybrid::HybridError, vertical::VerticalError};
use consilium_mailbox::PartyId;

use super::Failure;
use crate::Code;

impl Failure {
    /// Gives an error of a fit or a prediction over split columns as the failure that `me` tells.
    ///
    /// # Security
    ///
    /// Everybody in the study sees it, the coordinator too: it names no count of rows.
    pub fn of_vertical(error: &VerticalError, me: &PartyId) -> Failure {
        let of = |code| Failure::new(code).of(me).at("vertical");
        match error {
            VerticalError::Mailbox(error) => error.into(),
            VerticalError::Failed(NoFit::Diverged { tree }) => {
                of(Code::ModelTreesDiverged).with("tree", tree + 1)
            }
            VerticalError::Failed(NoFit::NothingHeldOut) => of(Code::ModelNothingHeldOut),
            VerticalError::OtherFit | VerticalError::Behind { .. } => of(Code::VerticalStateLost),
            VerticalError::NoRoom { tree } => {
                of(Code::VerticalNoiseTooLarge).with("tree", tree + 1)
            }
            // Whoever lost trees says so itself: else it wants sums twice, or went back by a backup.
            VerticalError::Breach { peer, .. } | VerticalError::Gone { peer, .. } => {
                of(Code::VerticalPeerDeviates).with("peer", peer)
            }
            VerticalError::Unkept(_) => of(Code::StateDamaged),
            _ => of(Code::Internal),
        }
    }

    /// Gives an error of a fit or a prediction with several hospitals as the failure that `me` tells.
    ///
    /// # Security
    ///
    /// As [`Failure::of_vertical`].
    pub fn of_hybrid(error: &HybridError, me: &PartyId) -> Failure {
        let of = |code| Failure::new(code).of(me).at("hybrid");
        let found = |en: &str, zh: &str| {
            of(Code::VerticalGroupDeviates).with_words("found", [en.to_owned(), zh.to_owned()])
        };
        match error {
            HybridError::Vertical(error) => Failure::of_vertical(error, me),
            HybridError::Sum(error) => Failure::of_sum(error, me),
            HybridError::Repeated { .. } => of(Code::VerticalPatientsRepeated),
            HybridError::NotWhole { missing } => Failure::new(Code::RosterShrinkRefused)
                .of(missing)
                .at("hybrid")
                .with("missing", missing),
            // A sum hides whose part was wrong.
            HybridError::Implausible | HybridError::OtherSides => of(Code::SumImplausible),
            HybridError::Spoilt(_) => of(Code::VerticalSumSpoilt),
            HybridError::Otherwise { party } | HybridError::Unlike { party } => {
                of(Code::VerticalHospitalsDiffer).with("peer", party)
            }
            HybridError::OtherCuts => found(
                "other cut points than in an earlier run",
                "分箱切点与先前运行不同",
            ),
            HybridError::Few => found(
                "that sums of too few rows or hospitals were asked for",
                "所求的合计涉及的行或医院过少",
            ),
            HybridError::OtherSums => {
                found("other sums than were asked for", "返回的合计与所求的不同")
            }
            HybridError::NoRoom { stride } => of(Code::VerticalNoRoom).with("stride", stride),
            HybridError::NoNumbers => of(Code::VerticalNoNumbers),
            _ => of(Code::Internal),
        }
    }
}
