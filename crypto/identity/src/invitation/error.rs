//! What can be wrong with an invitation.

use consilium_mailbox::Fault;

/// Why a text is not taken for an invitation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvitationError {
    /// The text is none of an invitation.
    #[error("this is no invitation")]
    NotOne,
    /// A character is wrong, missing or too many.
    #[error("this invitation was mistyped or cut: its check doesn't agree")]
    Mistyped,
}

impl InvitationError {
    /// Says whose fault it is: what somebody typed, as long as nobody is known by a certificate.
    pub fn fault(&self) -> Fault {
        Fault::Input
    }
}
