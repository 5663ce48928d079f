//! What the coordinator keeps of an invitation.

use consilium_base::Digest;
use consilium_mailbox::PartyId;
use subtle::ConstantTimeEq as _;

use super::{InvitationError, Token};
use crate::{PublicKey, Role, SigningRequest, UnixTime};

/// What the coordinator keeps of an invitation: not the token, only its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRecord {
    /// The token's hash, by which the record is found.
    pub hash: Digest,
    /// For whom it is.
    pub invitee: PartyId,
    /// What the invitee is to be.
    pub role: Role,
    /// The last moment at which it can be used.
    pub expires: UnixTime,
    /// Whether it was used.
    pub state: InvitationState,
}

/// Whether an invitation was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationState {
    /// Not yet.
    Open,
    /// Somebody came with it.
    Used {
        /// The key that got a certificate.
        key: PublicKey,
    },
}

impl InvitationRecord {
    /// Uses the invitation up for the key of `request`.
    ///
    /// The same key may come again while the invitation is valid: the answer to it may have been
    /// lost on its way.
    ///
    /// # Errors
    ///
    /// If the token is another one, its time is over, it is for somebody else, or it was used with
    /// another key; the record is then unchanged.
    pub fn redeem(
        &mut self,
        token: &Token,
        request: &SigningRequest,
        now: UnixTime,
    ) -> Result<(), InvitationError> {
        if !bool::from(token.hash().ct_eq(&self.hash)) {
            return Err(InvitationError::Unknown);
        }
        let invitee = self.invitee.clone();
        if now > self.expires {
            let until = self.expires;
            return Err(InvitationError::Expired {
                invitee,
                until,
                now,
            });
        }
        if *request.party() != invitee {
            let asked = request.party().clone();
            return Err(InvitationError::OtherInvitee { invitee, asked });
        }
        match self.state {
            InvitationState::Used { key } if key != *request.key() => {
                Err(InvitationError::Used { invitee })
            }
            InvitationState::Used { .. } => Ok(()),
            InvitationState::Open => {
                let key = *request.key();
                self.state = InvitationState::Used { key };
                Ok(())
            }
        }
    }
}
