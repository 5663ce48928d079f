//! Why a call of the institution's people is not fulfilled.

use consilium_identity::{Forbidden, VouchError};
use consilium_mailbox::Fault;
use consilium_node::{files::FileError, status::Explain};
use consilium_plan::Lang;
use consilium_scorecard::SignedPublic;
use consilium_store::StoreError;
use tonic::Code;

use crate::{
    cards::KeepCardError, data::RegisterError, store::peers::PeerError, study::DecideError,
};

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
    Card(#[from] KeepCardError),
    #[error(transparent)]
    Decision(#[from] DecideError),
    #[error(transparent)]
    Peer(#[from] PeerError),
    #[error(transparent)]
    Vouch(#[from] VouchError),
    #[error(transparent)]
    File(#[from] FileError),
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
    /// It ended in this state.
    #[error("the study has no result: it is {0}")]
    EndedWithout(&'static str),
    #[error("the daemon stops")]
    Stopping,
}

impl StewardError {
    fn fault(&self) -> Fault {
        match self {
            StewardError::Store(error) | StewardError::Data(RegisterError::Store(error)) => {
                error.fault()
            }
            StewardError::Card(KeepCardError::Store(error)) => error.fault(),
            StewardError::Decision(error) => error.fault(),
            StewardError::Peer(error) => error.fault(),
            StewardError::File(_) | StewardError::Card(KeepCardError::File(_)) => Fault::Ours,
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
            | StewardError::EndedWithout(_)
            | StewardError::Decision(
                DecideError::Ended | DecideError::Rejected(_) | DecideError::Obstacles(_),
            ) => Code::FailedPrecondition,
            StewardError::Store(StoreError::DiskFull)
            | StewardError::Data(RegisterError::Store(StoreError::DiskFull))
            | StewardError::Card(KeepCardError::Store(StoreError::DiskFull))
            | StewardError::Decision(DecideError::Store(StoreError::DiskFull))
            | StewardError::Peer(PeerError::Store(StoreError::DiskFull)) => Code::ResourceExhausted,
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

    fn public_in_chinese(&self) -> Option<String> {
        Some(match self {
            StewardError::Decision(error) => match error.failure() {
                Some(failure) => format!("{}（{}）", failure.what(Lang::Zh), failure.code),
                None => return error.in_chinese(),
            },
            StewardError::Forbidden(error) => error.in_chinese(),
            StewardError::Peer(PeerError::Unknown { name }) => format!("此处没有 {name} 的密钥"),
            StewardError::Peer(PeerError::KeyChanged { name }) => {
                format!("{name} 的密钥与先前的不同")
            }
            StewardError::Vouch(error) => return vouch_in_chinese(error),
            StewardError::Data(RegisterError::Unknown { name }) => format!("没有数据集 {name}"),
            StewardError::Data(RegisterError::Data(error)) => return error.in_chinese(),
            StewardError::Data(RegisterError::Table(error)) => error.in_chinese(),
            StewardError::Card(error) => return card_in_chinese(error),
            StewardError::BadName(name) => format!("名称无法使用：{name}"),
            StewardError::BadKey => "这些字节不是公钥".to_owned(),
            StewardError::NoStatement => "提交的不是已签署的声明".to_owned(),
            StewardError::NoStudy => "没有以此开头的研究，或研究已结束".to_owned(),
            StewardError::Ambiguous => "有多个以此开头的研究".to_owned(),
            StewardError::NoResult => "该研究在此尚无结果".to_owned(),
            StewardError::EndedWithout(_) => "该研究没有结果".to_owned(),
            StewardError::Stopping => "守护进程正在停止".to_owned(),
            _ => return None,
        })
    }
}

fn card_in_chinese(error: &KeepCardError) -> Option<String> {
    Some(match error {
        KeepCardError::Store(_) | KeepCardError::Card(_) | KeepCardError::File(_) => return None,
        KeepCardError::Elsewhere => "评分卡不属于本机构，或并非为本联邦制作".to_owned(),
        KeepCardError::Early => "评分卡注明的制作时间在未来".to_owned(),
        KeepCardError::Older => "已保存或曾保存同一版本更晚的评分卡：请重新制作".to_owned(),
        KeepCardError::NoPart { signer } => {
            format!("{signer} 会签的研究中，其所属机构并未与本机构共同参与")
        }
        KeepCardError::TooManyWords { dimension, most } => {
            format!(
                "{}的会签多于其他机构会核对的 {most} 个",
                dimension.name().zh
            )
        }
        KeepCardError::Unfound { dimension } => format!(
            "评分卡上{}的研究得分与本参与节点所存的研究结果不符，或此处没有该研究：请用 `consilium study result` 写出的文件制作评分卡",
            dimension.name().zh
        ),
        KeepCardError::NoSteward { signer } => format!("{signer} 不是本机构的数据管理员"),
        KeepCardError::OtherVersion { data } => format!(
            "评分卡所对应的不是数据集 {data} 目前登记的版本：请度量 `consilium data list` 所示的版本"
        ),
        KeepCardError::TooMany => {
            format!(
                "已保存 {} 张评分卡：移除某个数据集，其评分卡随之移除",
                SignedPublic::MOST
            )
        }
    })
}

fn vouch_in_chinese(error: &VouchError) -> Option<String> {
    Some(match error {
        VouchError::NotOne => {
            "这不是担保：担保是 `consilium person vouch` 打印的一行内容".to_owned()
        }
        VouchError::OtherFederation { party } => format!("对 {party} 的担保属于另一个联邦"),
        VouchError::Stranger { party } => {
            format!("对 {party} 的担保并非由配置中 [[authorities]] 所列机构签署")
        }
        VouchError::Forged { party, voucher } => {
            format!("{voucher} 并未签署对 {party} 的担保：担保系伪造或被改动")
        }
        VouchError::NotYet { party, from, now } => {
            format!("对 {party} 的担保自 {from} 起有效，现在是 {now}：请核对时钟")
        }
        VouchError::Expired { party, until, now } => {
            format!("对 {party} 的担保已于 {until} 到期，现在是 {now}：请另行索取")
        }
        _ => return None,
    })
}
