//! What can be wrong with a vouch.

use consilium_mailbox::{Fault, PartyId};

use crate::UnixTime;

/// Why a vouch is worth nothing here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VouchError {
    /// The text is none.
    #[error("this is no vouch: it is one line that `consilium person vouch` has printed")]
    NotOne,
    /// It was made for another federation.
    #[error("the vouch for {party} is for another federation than this one")]
    OtherFederation {
        /// Whose key it is about.
        party: PartyId,
    },
    /// Its signer is nobody whom the configuration names.
    #[error("the vouch for {party} is by nobody whom [[authorities]] of the configuration names")]
    Stranger {
        /// Whose key it is about.
        party: PartyId,
    },
    /// Its signer did not sign it.
    #[error("{voucher} did not sign the vouch for {party}: it is forged, or was changed")]
    Forged {
        /// Whose key it is about.
        party: PartyId,
        /// Who should have signed it.
        voucher: String,
    },
    /// It does not hold yet.
    #[error("the vouch for {party} does not hold before {from}, now is {now}: compare clocks")]
    NotYet {
        /// Whose key it is about.
        party: PartyId,
        /// When it begins to hold.
        from: UnixTime,
        /// This machine's time.
        now: UnixTime,
    },
    /// It does not hold any more.
    #[error("the vouch for {party} ended at {until}, now is {now}: ask for another one")]
    Expired {
        /// Whose key it is about.
        party: PartyId,
        /// When it ended.
        until: UnixTime,
        /// This machine's time.
        now: UnixTime,
    },
}

impl VouchError {
    /// Says whose fault it is: what a person handed in, never a peer's.
    pub fn fault(&self) -> Fault {
        Fault::Input
    }
}
