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
    #[error("{0} (PLAN-INVALID)")]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("the plan names {found} as its coordinator; this is {me}")]
    OtherCoordinator { found: PartyId, me: PartyId },
    #[error("{party} is not enrolled in this federation, or was revoked (PARTY-UNKNOWN)")]
    UnknownParty { party: PartyId },
    #[error("this plan can't be run: {0} (PLAN-EXPIRED)")]
    Unfit(String),
    #[error(
        "study {0} has this very plan, and goes on or has a result; another one needs another title"
    )]
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
    #[error("nobody was invited as {0}")]
    NoInvitation(String),
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
            | OperatorError::NoInvitation(_)
            | OperatorError::Enrol(EnrolError::NotEnrolled { .. }) => Code::NotFound,
            OperatorError::Forbidden(_)
            | OperatorError::NoResult(_)
            | OperatorError::UnknownParty { .. }
            | OperatorError::Enrol(
                EnrolError::Used | EnrolError::Expired { .. } | EnrolError::Withdrawn { .. },
            ) => Code::FailedPrecondition,
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

    fn public_in_chinese(&self) -> Option<String> {
        Some(match self {
            OperatorError::Enrol(error) => return error.in_chinese(),
            OperatorError::Forbidden(_) => "研究现处的状态不允许这样做".to_owned(),
            OperatorError::OtherCoordinator { found, me } => {
                format!("方案指定的协调方是 {found}，这里是 {me}")
            }
            OperatorError::UnknownParty { party } => {
                format!("{party} 未在本联邦登记，或已被撤销（PARTY-UNKNOWN）")
            }
            OperatorError::Exists(study) => {
                format!(
                    "研究 {study} 用的就是这份方案，且仍在进行或已有结果；另一项研究需要另一个标题"
                )
            }
            OperatorError::NoSuchStudy(prefix) => format!("没有以 '{prefix}' 开头的研究"),
            OperatorError::Ambiguous(prefix) => format!("有多个以 '{prefix}' 开头的研究"),
            OperatorError::NoResult(_) => "该研究没有结果".to_owned(),
            OperatorError::NoSuchRole(role) => {
                format!("不能邀请 '{role}'；角色有 participant、operator 和 supervisor")
            }
            OperatorError::BadName(name) => format!("'{name}' 不能作为成员名称"),
            OperatorError::NoInvitation(name) => format!("从未邀请过 {name}"),
            OperatorError::Member(name) => format!("{name} 已是成员"),
            OperatorError::OtherName { invited, asked } => {
                format!("邀请是给 {invited} 的，申请的却是 {asked}")
            }
            _ => return None,
        })
    }
}
