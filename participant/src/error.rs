//! What can go wrong with the daemon itself.

use std::{path::PathBuf, time::Duration};

use consilium_identity::{CertificateError, FederationId, InvitationError, KeyFileError};
use consilium_mailbox::{Fault, PartyId};
use consilium_node::{NodeError, files::FileError};
use consilium_store::StoreError;
use tonic::Code;

/// Why the participant does not join, does not start, or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParticipantError {
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The institution has not joined a federation.
    #[error("{} holds no membership yet: join with `consilium participant join`", state.display())]
    NotJoined {
        /// The state folder.
        state: PathBuf,
    },
    /// The institution has joined before.
    #[error("{} holds a membership of {party} already", state.display())]
    Joined {
        /// The state folder.
        state: PathBuf,
        /// Under which name.
        party: PartyId,
    },
    /// The configuration names somebody else.
    #[error("the configuration is that of {expected}, the membership that of {found}")]
    OtherParty {
        /// The configuration's name.
        expected: PartyId,
        /// The membership's.
        found: PartyId,
    },
    /// What the state folder says of the membership can't be read.
    #[error("the membership in {} can't be read: {why}", path.display())]
    Membership {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The key in the state folder can't be used.
    #[error("the key {} can't be used", path.display())]
    Key {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyFileError,
    },
    /// The invitation can't be read.
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    /// A certificate can't be read, or is not this federation's.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Somebody else answers where the coordinator should.
    #[error("who answers at {address} is not of the federation {federation} of the invitation")]
    OtherFederation {
        /// The address.
        address: String,
        /// The federation of the invitation.
        federation: FederationId,
    },
    /// The federation has a name that nobody could read as it is.
    #[error("the federation's name is not 1 to 64 characters that are seen as they are")]
    FederationName,
    /// The certificate is not the one that was asked for.
    #[error("the coordinator sent a certificate that is not for {party} and its key")]
    OtherCertificate {
        /// Who asked.
        party: PartyId,
    },
    /// Nobody answers in time.
    #[error("nobody answers at {address} within {waited:?}")]
    Silent {
        /// The address.
        address: String,
        /// How long.
        waited: Duration,
    },
    /// The coordinator does not let this institution in.
    #[error("the coordinator refuses: {why}")]
    Refused {
        /// In its own words.
        why: String,
        /// The same in Chinese, if it said so.
        in_chinese: Option<String>,
        /// What kind of refusal it is.
        code: Code,
    },
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The network can't be used.
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl ParticipantError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            ParticipantError::Store(error) => error.fault(),
            ParticipantError::Node(error) => error.fault(),
            ParticipantError::Certificate(error) => error.fault(),
            ParticipantError::Invitation(error) => error.fault(),
            ParticipantError::Silent { .. }
            | ParticipantError::OtherFederation { .. }
            | ParticipantError::FederationName => Fault::Network,
            ParticipantError::NotJoined { .. }
            | ParticipantError::Joined { .. }
            | ParticipantError::OtherParty { .. }
            | ParticipantError::OtherCertificate { .. }
            | ParticipantError::Refused { .. } => Fault::Input,
            _ => Fault::Ours,
        }
    }
}
