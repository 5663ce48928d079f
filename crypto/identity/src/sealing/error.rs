//! What can go wrong between two parties that seal.

use std::time::Duration;

use consilium_mailbox::{Fault, PartyId, TransportError};

/// Why there is no sealed way to a peer, or none any more.
///
/// Nothing that came and was not authenticated is blamed on the peer: it may be the relay's doing.
/// Silence is, though a relay may have dropped what was said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The transport below carries nothing any more.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The peer sent nothing for as long as it may.
    #[error("{peer} sent no '{step}' within {waited:?}")]
    Silent {
        /// Who is awaited.
        peer: PartyId,
        /// The step awaited.
        step: &'static str,
        /// How long.
        waited: Duration,
    },
    /// Something else came where a message of the handshake was due.
    #[error("what came from {peer} is no '{step}'")]
    Unexpected {
        /// On whose way it came.
        peer: PartyId,
        /// The step that was due.
        step: &'static str,
    },
    /// A party takes no part in the run as the plan has it.
    #[error("{party} has no role in this run")]
    NoRole {
        /// Who.
        party: PartyId,
    },
    /// No key of the peer is known.
    #[error("no key of {peer} is known")]
    UnknownParty {
        /// Who.
        peer: PartyId,
    },
    /// The handshake is not signed by the key that is known for the peer, or not for this run.
    #[error(
        "'{step}' is not signed by the key that is known for {peer}, \
         or {peer} means another plan, run or attempt"
    )]
    BadSignature {
        /// Who should have signed.
        peer: PartyId,
        /// The step whose signature is bad.
        step: &'static str,
    },
    /// The peer signed a key share under which every exchange ends in the same secret.
    #[error("{peer} sent a key share that adds nothing")]
    WeakShare {
        /// Who sent it.
        peer: PartyId,
    },
    /// A frame is not what its sender sealed, or not in its place.
    #[error("frame {due} from {peer} was changed, repeated, moved or forged on its way")]
    Forged {
        /// On whose way it came.
        peer: PartyId,
        /// The number of the frame that was due.
        due: u64,
    },
}

impl SealError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            SealError::Transport(TransportError::Closed(_))
            | SealError::Unexpected { .. }
            | SealError::BadSignature { .. }
            | SealError::Forged { .. } => Fault::Network,
            SealError::Transport(_) => Fault::Ours,
            SealError::Silent { peer, .. } | SealError::WeakShare { peer } => {
                Fault::Peer(peer.clone())
            }
            SealError::NoRole { .. } | SealError::UnknownParty { .. } => Fault::Input,
        }
    }
}
