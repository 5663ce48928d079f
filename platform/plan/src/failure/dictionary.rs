//! Errors of a check of codes as failures of a study.

use consilium_dictionary::{DictionaryError, Terms};
use consilium_mailbox::PartyId;

use super::Failure;
use crate::Code;

impl Failure {
    /// Gives an error of a check of codes as the failure that `me` tells.
    ///
    /// # Security
    ///
    /// Everybody in the study sees it: it names no code, and no number that was learnt.
    pub fn of_dictionary(error: &DictionaryError, me: &PartyId) -> Failure {
        let of = |code| Failure::new(code).of(me).at("align");
        match error {
            DictionaryError::Mailbox(error) => error.into(),
            DictionaryError::Psi(error) => Failure::of_alignment(error, me),
            DictionaryError::Empty => of(Code::DictionaryEmpty),
            DictionaryError::TooLong { .. } => {
                of(Code::DictionaryTooLong).with("most", Terms::MOST_LISTED)
            }
            DictionaryError::Breach { peer, .. } => {
                of(Code::DictionaryPeerDeviates).with("peer", peer)
            }
            _ => of(Code::Internal),
        }
    }
}
