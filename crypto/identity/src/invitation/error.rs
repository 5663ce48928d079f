//! What can be wrong with an invitation.

use consilium_mailbox::{Fault, PartyId};

use crate::UnixTime;

/// Why an invitation gets nobody in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvitationError {
    /// The text is none of an invitation.
    #[error("this is no invitation")]
    NotOne,
    /// A character is wrong, missing or too many.
    #[error("this invitation was mistyped or cut: its check doesn't agree")]
    Mistyped,
    /// No such invitation was made.
    #[error("this invitation is not known here")]
    Unknown,
    /// Its time is over.
    #[error("the invitation of {invitee} was valid until {until}, now is {now}")]
    Expired {
        /// For whom it was.
        invitee: PartyId,
        /// When it ended.
        until: UnixTime,
        /// This machine's time.
        now: UnixTime,
    },
    /// Somebody came with it before.
    #[error("the invitation of {invitee} was used already, with another key")]
    Used {
        /// For whom it was.
        invitee: PartyId,
    },
    /// It is for somebody else.
    #[error("the invitation is for {invitee}, not for {asked}")]
    OtherInvitee {
        /// For whom it is.
        invitee: PartyId,
        /// Who came with it.
        asked: PartyId,
    },
}

impl InvitationError {
    /// Says whose fault it is: what somebody typed, as long as nobody is known by a certificate.
    pub fn fault(&self) -> Fault {
        Fault::Input
    }
}
