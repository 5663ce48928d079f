//! What can go wrong between a daemon and the network.

use std::{io, sync::Arc};

use consilium_mailbox::{Fault, PartyId};
use tonic::Code;

use crate::{
    files::FileError,
    link::{BadPacket, VERSION},
    relay::{Misconduct, Refusal},
    status::Explain,
};

/// Why a connection wasn't made, or is over.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// The certificate or key of this daemon, or the federation's, can't be used.
    #[error("the {what} can't be used: {why}")]
    Credentials {
        /// Which of them.
        what: &'static str,
        /// What TLS says about it.
        why: String,
    },
    /// Nothing can be heard at the address.
    #[error("can't listen at {address}")]
    Listen {
        /// The address.
        address: String,
        /// What the system says.
        #[source]
        source: Arc<io::Error>,
    },
    /// A file or socket of the daemon can't be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// What callers of this machine are served by is over.
    #[error("the {what} failed: {why}")]
    Ended {
        /// Which part of the daemon.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// The system doesn't do what it should.
    #[error("the system failed us")]
    System(#[source] Arc<io::Error>),
    /// Nobody answers at the address.
    #[error("can't reach {address}: {why}")]
    Unreachable {
        /// The address.
        address: String,
        /// What the system says.
        why: String,
    },
    /// Who answers can't show a certificate of the federation for that name.
    #[error("who answers at {address} is not the federation's coordinator: {why}")]
    Impostor {
        /// The address.
        address: String,
        /// What is wrong with its certificate.
        why: String,
    },
    /// The other side doesn't accept this daemon's certificate.
    #[error("our certificate was not accepted: {why}")]
    NotAccepted {
        /// What is wrong with it.
        why: String,
    },
    /// Another daemon with the same identity is connected.
    #[error(
        "another daemon with our identity is connected: stop it, or give this one its own \
         (IDENTITY-TWICE)"
    )]
    Rival,
    /// The coordinator doesn't let this daemon in.
    #[error("the coordinator refused us: {0}")]
    Refused(String),
    /// The two sides speak different versions of the link.
    #[error(
        "the coordinator speaks another version of the link than ours, {VERSION} (VERSION-MISMATCH)"
    )]
    Version,
    /// The stream to the coordinator broke.
    #[error("the stream to the coordinator is over: {0}")]
    Cut(String),
    /// A message of the stream is none.
    #[error("the other side broke the rules of the link: {0}")]
    Malformed(#[from] BadPacket),
    /// A participant is not let in.
    #[error(transparent)]
    NotLetIn(#[from] Refusal),
    /// A participant broke the rules of the link.
    #[error("{0}: {1}")]
    Misconduct(PartyId, Misconduct),
    /// A caller has no certificate.
    #[error("the caller showed no certificate")]
    Anonymous,
    /// A caller's certificate names no party.
    #[error("the caller's certificate names no party")]
    Nameless,
    /// A caller's certificate was revoked.
    #[error("the certificate of {0} is not on the roster, or was revoked")]
    Revoked(String),
    /// A caller speaks another version of the link.
    #[error("{0} speaks version {1} of the link, we speak {VERSION}")]
    OtherVersion(PartyId, u32),
    /// A caller said no Hello in time.
    #[error("{0} said no hello")]
    Mute(PartyId),
    /// This daemon is about to stop.
    #[error("the coordinator stops")]
    Stopping,
}

impl NodeError {
    /// Says that a part of the daemon is over before it was asked to stop.
    pub fn ended(what: &'static str, why: &dyn std::error::Error) -> NodeError {
        let why = why.to_string();
        NodeError::Ended { what, why }
    }

    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            NodeError::Misconduct(peer, _)
            | NodeError::NotLetIn(Refusal::Rival(peer) | Refusal::Misconduct(peer, _))
            | NodeError::OtherVersion(peer, _)
            | NodeError::Mute(peer) => Fault::Peer(peer.clone()),
            NodeError::System(_) | NodeError::File(_) | NodeError::Ended { .. } => Fault::Ours,
            NodeError::Credentials { .. }
            | NodeError::Listen { .. }
            | NodeError::Rival
            | NodeError::Refused(_)
            | NodeError::NotAccepted { .. }
            | NodeError::Version => Fault::Input,
            _ => Fault::Network,
        }
    }
}

impl Explain for NodeError {
    fn code(&self) -> Code {
        match self {
            NodeError::NotLetIn(Refusal::Rival(_)) => Code::AlreadyExists,
            NodeError::NotLetIn(_) | NodeError::Misconduct(..) | NodeError::Malformed(_) => {
                Code::InvalidArgument
            }
            NodeError::Anonymous | NodeError::Nameless => Code::Unauthenticated,
            NodeError::Revoked(_) => Code::PermissionDenied,
            NodeError::OtherVersion(..) => Code::FailedPrecondition,
            NodeError::Mute(_) => Code::DeadlineExceeded,
            NodeError::Stopping => Code::Unavailable,
            _ => Code::Internal,
        }
    }

    fn public(&self) -> String {
        match self.code() {
            Code::Internal => "internal error".to_owned(),
            _ => self.to_string(),
        }
    }
}
