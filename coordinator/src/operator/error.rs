//! Why a call is not fulfilled.

use consilium_identity::{CertificateError, InvitationError};
use consilium_journal::StudyName;
use consilium_mailbox::{Fault, PartyId};
use consilium_node::{NodeError, status::Explain};
use consilium_plan::PlanError;
use consilium_store::StoreError;
use tonic::Code;

use crate::{store::EnrolError, study::Forbidden};

/// Why a call is not fulfilled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum OperatorError {
    #[error(transparent)]
    Node(#[from] NodeError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("the plan names {found} as its coordinator; this is {me}")]
    OtherCoordinator { found: PartyId, me: PartyId },
    #[error("{party} is not enrolled in this federation, or was revoked (PARTY-UNKNOWN)")]
    UnknownParty { party: PartyId },
    #[error("this plan can't be run: {0}")]
    Unfit(String),
    #[error("study {0} has this very plan; to run it anew change the plan, its title for instance")]
    Exists(StudyName),
    #[error("no study has a hash that begins with '{0}'")]
    NoSuchStudy(String),
    #[error("several studies have hashes that begin with '{0}'")]
    Ambiguous(String),
    #[error("the study has no result: it is {0}")]
    NoResult(String),
    #[error("'{0}' is no role that is invited; there are participant, operator and supervisor")]
    NoSuchRole(String),
    #[error("'{0}' can't be the name of a member")]
    BadName(String),
    #[error("{0} is a member already")]
    Member(String),
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    #[error("the invitation is for {invited}, the request for {asked}")]
    OtherName { invited: String, asked: String },
}

impl OperatorError {
    pub(crate) fn fault(&self) -> Fault {
        match self {
            OperatorError::Node(error) => error.fault(),
            OperatorError::Store(error) => error.fault(),
            OperatorError::Enrol(error) => error.fault(),
            OperatorError::Certificate(error) => error.fault(),
            _ => Fault::Input,
        }
    }
}

impl Explain for OperatorError {
    fn code(&self) -> Code {
        match self {
            OperatorError::Node(error) => error.code(),
            OperatorError::Store(StoreError::StudyExists { .. })
            | OperatorError::Enrol(EnrolError::Taken { .. })
            | OperatorError::Exists(_)
            | OperatorError::Member(_) => Code::AlreadyExists,
            OperatorError::Store(StoreError::DiskFull) => Code::ResourceExhausted,
            OperatorError::Store(StoreError::Busy | StoreError::ConnectionLost) => {
                Code::Unavailable
            }
            OperatorError::Enrol(EnrolError::NotInvited) => Code::Unauthenticated,
            OperatorError::NoSuchStudy(_)
            | OperatorError::Enrol(EnrolError::NotEnrolled { .. }) => Code::NotFound,
            OperatorError::Forbidden(_)
            | OperatorError::NoResult(_)
            | OperatorError::UnknownParty { .. }
            | OperatorError::Enrol(EnrolError::Used | EnrolError::Expired { .. }) => {
                Code::FailedPrecondition
            }
            other if other.fault() == Fault::Ours => Code::Internal,
            _ => Code::InvalidArgument,
        }
    }

    fn public(&self) -> String {
        match self.code() {
            Code::Internal => "internal error; the coordinator's log says more".to_owned(),
            _ => self.to_string(),
        }
    }
}
