//! Errors of an alignment as failures of a study.

use std::io::ErrorKind;

use consilium_entities::Stop;
use consilium_mailbox::PartyId;
use consilium_psi::{PsiError, SpillError, unbalanced::Refused};

use super::Failure;
use crate::Code;

impl Failure {
    /// Gives an error of an alignment as the failure that `me` tells.
    ///
    /// # Security
    ///
    /// Everybody in the study sees it, the coordinator too: it names no size that was learnt.
    pub fn of_alignment(error: &PsiError, me: &PartyId) -> Failure {
        let of = |code, party| Failure::new(code).of(party).at("align");
        match error {
            PsiError::Mailbox(error) => error.into(),
            PsiError::TooLarge { largest, .. } => {
                of(Code::AlignSetTooLarge, me).with("most", largest)
            }
            // The other one finds out, too, and says so itself.
            PsiError::TooSmall { party, .. } if party != me => of(Code::PartyAborted, party),
            PsiError::TooSmall { minimum, .. } => {
                of(Code::AlignSetTooSmall, me).with("minimum", minimum)
            }
            PsiError::BelowMinimum { minimum, .. } => Failure::new(Code::AlignTooFew)
                .at("align")
                .with("minimum", minimum),
            PsiError::Refused(Refused::Cap { most, .. }) => Failure::new(Code::AlignQueries)
                .at("align")
                .with("most", most),
            PsiError::Breach { peer, .. } => of(Code::AlignPeerDeviates, me).with("peer", peer),
            PsiError::Spill(SpillError::Io(error)) if error.kind() == ErrorKind::StorageFull => {
                Failure::new(Code::DiskFull).of(me)
            }
            // A repetition begins anew, and is as unlikely to fail.
            PsiError::Misfit(_) | PsiError::Spill(SpillError::Damaged { .. }) => {
                of(Code::PartyAborted, me)
            }
            PsiError::Spill(_) => of(Code::StateDamaged, me),
            _ => of(Code::Internal, me),
        }
    }

    /// Gives as a failure why the rows of `me` give no set of keys.
    pub fn of_keys(stop: Stop, me: &PartyId) -> Failure {
        match stop {
            Stop::Duplicates => Failure::new(Code::KeysRepeated).of(me),
            Stop::NoKeys => Failure::new(Code::KeysNone).of(me),
            Stop::TooManyRows => Failure::new(Code::AlignSetTooLarge)
                .of(me)
                .with("most", u32::MAX),
            _ => Failure::new(Code::Internal).of(me).at("keys"),
        }
    }
}
