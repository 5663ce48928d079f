//! Errors over columns of several institutions as failures of a study.

use consilium_gbdt::{Failure as NoFit, vertical::VerticalError};
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
}
