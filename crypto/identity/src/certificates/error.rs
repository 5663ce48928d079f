//! What can be wrong with a certificate or a request for one.

use std::time::Duration;

use consilium_mailbox::{Fault, PartyId};

use crate::UnixTime;

/// Why a certificate is not issued or not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The bytes are not what they should be.
    #[error("this is no {what} of a federation: {why}")]
    Malformed {
        /// What they should be.
        what: &'static str,
        /// What is wrong.
        why: &'static str,
    },
    /// The request is not signed by the key that it is for.
    #[error("the signing request is not signed by its own key")]
    RequestNotSigned,
    /// Another authority signed it, or nobody.
    #[error("the certificate of {party} is not signed by this federation's authority")]
    OtherAuthority {
        /// Whose certificate.
        party: PartyId,
    },
    /// It is not valid yet.
    #[error("the certificate of {party} is not valid before {from}, now is {now}: compare clocks")]
    NotYet {
        /// Whose certificate.
        party: PartyId,
        /// When it begins.
        from: UnixTime,
        /// This machine's time.
        now: UnixTime,
    },
    /// It is not valid any more.
    #[error("the certificate of {party} was valid until {until}, now is {now}")]
    Expired {
        /// Whose certificate.
        party: PartyId,
        /// When it ended.
        until: UnixTime,
        /// This machine's time.
        now: UnixTime,
    },
    /// A renewal asks for another name.
    #[error("{party} asked for a certificate of {asked}")]
    OtherParty {
        /// Who asks.
        party: PartyId,
        /// For whom.
        asked: PartyId,
    },
    /// A renewal asks for another key: that takes a new invitation.
    #[error("{party} asked to renew its certificate with another key")]
    OtherKey {
        /// Who asks.
        party: PartyId,
    },
    /// A lifetime is longer than certificates may have.
    #[error("a certificate may be valid for {longest:?} at most, {asked:?} were asked for")]
    TooLong {
        /// What was asked for.
        asked: Duration,
        /// The longest.
        longest: Duration,
    },
    /// The authority's own certificate ends sooner.
    #[error("the authority's own certificate is valid until {until} only")]
    AuthorityEnds {
        /// When it ends.
        until: UnixTime,
    },
    /// This machine's time is none that a certificate can hold.
    #[error("no certificate can hold the time {now}")]
    Clock {
        /// This machine's time.
        now: UnixTime,
    },
}

impl CertificateError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            CertificateError::OtherAuthority { party }
            | CertificateError::OtherParty { party, .. }
            | CertificateError::OtherKey { party }
            | CertificateError::Expired { party, .. }
            | CertificateError::NotYet { party, .. } => Fault::Peer(party.clone()),
            CertificateError::Clock { .. } => Fault::Ours,
            _ => Fault::Input,
        }
    }
}
