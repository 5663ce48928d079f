//! Why a call of the institution's people is not fulfilled.

use consilium_identity::Forbidden;
use consilium_mailbox::Fault;
use consilium_node::status::Explain;
use consilium_store::StoreError;
use tonic::Code;

use crate::{ParticipantError, data::RegisterError, store::peers::PeerError, study::DecideError};

/// Why a call is not fulfilled. The callers are the institution's own people: they may read of its
/// files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum StewardError {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Data(#[from] RegisterError),
    #[error(transparent)]
    Decision(#[from] DecideError),
    #[error(transparent)]
    Peer(#[from] PeerError),
    #[error(transparent)]
    File(#[from] ParticipantError),
    #[error("the name can't be used: {0}")]
    BadName(String),
    #[error("these bytes are no public key")]
    BadKey,
    #[error("what was handed in is no signed statement")]
    NoStatement,
    #[error("no study has a hash that begins so, or it has ended")]
    NoStudy,
    #[error("several studies have hashes that begin so")]
    Ambiguous,
    #[error("the study has no result here yet")]
    NoResult,
    #[error("the daemon stops")]
    Stopping,
}

impl StewardError {
    fn fault(&self) -> Fault {
        match self {
            StewardError::Store(error) | StewardError::Data(RegisterError::Store(error)) => {
                error.fault()
            }
            StewardError::Decision(error) => error.fault(),
            StewardError::Peer(error) => error.fault(),
            StewardError::File(error) => error.fault(),
            _ => Fault::Input,
        }
    }
}

impl Explain for StewardError {
    fn code(&self) -> Code {
        match self {
            StewardError::Forbidden(Forbidden::Unknown) => Code::Unimplemented,
            StewardError::Forbidden(_) | StewardError::Decision(DecideError::NoSteward { .. }) => {
                Code::PermissionDenied
            }
            StewardError::NoStudy
            | StewardError::Data(RegisterError::Unknown { .. })
            | StewardError::Peer(PeerError::Unknown { .. }) => Code::NotFound,
            StewardError::NoResult
            | StewardError::Decision(DecideError::Ended | DecideError::Rejected(_)) => {
                Code::FailedPrecondition
            }
            StewardError::Store(StoreError::DiskFull) => Code::ResourceExhausted,
            StewardError::Stopping => Code::Unavailable,
            other if other.fault() == Fault::Ours => Code::Internal,
            _ => Code::InvalidArgument,
        }
    }

    fn public(&self) -> String {
        match self {
            StewardError::Decision(error) => match error.failure() {
                Some(failure) => format!("{error} ({})", failure.code),
                None => error.to_string(),
            },
            other => other.to_string(),
        }
    }
}
