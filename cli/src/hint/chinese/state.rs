//! Files, configurations, and what daemons keep.

use consilium_coordinator::{CoordinatorError, store::StoreError};
use consilium_journal::ExportError;
use consilium_node::{config::ConfigError, files::FileError};
use consilium_participant::ParticipantError;

use super::{identity, network};

pub(super) fn file(error: &FileError) -> String {
    format!("无法使用文件 {}", error.path.display())
}

pub(super) fn config(error: &ConfigError) -> Option<String> {
    match error {
        ConfigError::Toml(error) => Some(super::parser(&error.to_string())),
        ConfigError::Value { key, why } => Some(format!("'{key}' 的值不可用（{why}）")),
        _ => None,
    }
}

pub(super) fn journal(error: &ExportError) -> Option<String> {
    match error {
        ExportError::NoHeader => Some("文件开头不是导出日志的文件头".to_owned()),
        _ => None,
    }
}

pub(super) fn participant(error: &ParticipantError) -> Option<String> {
    Some(match error {
        ParticipantError::NotJoined { state } => format!(
            "{} 中还没有成员资格：请用 `consilium participant join` 加入",
            state.display()
        ),
        ParticipantError::Joined { state, party } => {
            format!("{} 中已有 {party} 的成员资格", state.display())
        }
        ParticipantError::OtherParty { expected, found } => {
            format!("配置属于 {expected}，成员资格属于 {found}")
        }
        ParticipantError::Membership { path, .. } => {
            format!("无法读取 {} 中的成员资格", path.display())
        }
        ParticipantError::OtherCertificate { party } => {
            format!("协调方发来的证书不是给 {party} 及其密钥的")
        }
        ParticipantError::Key { path, .. } => format!("无法使用密钥 {}", path.display()),
        ParticipantError::OtherFederation {
            address,
            federation,
        } => format!("在 {address} 应答的不属于邀请所指的联邦 {federation}"),
        ParticipantError::FederationName => "联邦名称不是 1 到 64 个可见字符".to_owned(),
        ParticipantError::Silent { address, waited } => {
            format!("{address} 在 {} 秒内没有应答", waited.as_secs())
        }
        ParticipantError::Refused {
            why, in_chinese, ..
        } => {
            format!("协调方拒绝：{}", in_chinese.as_ref().unwrap_or(why))
        }
        ParticipantError::Node(error) => return network::node(error),
        ParticipantError::Store(error) => return store(error),
        ParticipantError::File(error) => file(error),
        ParticipantError::Certificate(error) => return identity::certificate(error),
        ParticipantError::Invitation(error) => return identity::invitation(error),
        _ => return None,
    })
}

pub(super) fn coordinator(error: &CoordinatorError) -> Option<String> {
    Some(match error {
        CoordinatorError::NotFounded { state } => format!(
            "{} 中还没有联邦：请用 `consilium coordinator init` 创建",
            state.display()
        ),
        CoordinatorError::Key { path, .. } => format!("无法使用密钥 {}", path.display()),
        CoordinatorError::OtherFederation { expected, found } => {
            format!("数据库属于联邦 {found}，密钥属于 {expected}")
        }
        CoordinatorError::Database { path } => {
            format!("文件 {} 中没有 PostgreSQL 数据库的 URL", path.display())
        }
        CoordinatorError::File(error) => file(error),
        CoordinatorError::Store(error) => return store(error),
        CoordinatorError::Node(error) => return network::node(error),
        _ => return None,
    })
}

pub(super) fn store(error: &StoreError) -> Option<String> {
    Some(match error {
        StoreError::InUse { folder } => {
            format!("状态文件夹 {} 正由另一进程使用", folder.display())
        }
        StoreError::Folder { folder, .. } => format!("无法使用状态文件夹 {}", folder.display()),
        StoreError::Unreachable { why } => format!("无法连接数据库：{why}"),
        StoreError::DiskFull => "存放状态的磁盘已满".to_owned(),
        StoreError::Lost => {
            "与密钥一同建立的数据库缺失或为空：请从备份恢复，或用空的状态文件夹重新开始".to_owned()
        }
        StoreError::Corrupted { what } => format!("状态已损坏：{what}"),
        StoreError::SchemaNewer { step } => {
            format!("状态由本程序的更新版本写入（结构第 {step} 步）")
        }
        StoreError::FormatNewer { study, format } => format!(
            "研究 {study} 由本程序的更新版本保存（格式 {format}）：请重新运行该版本或其后的版本"
        ),
        StoreError::FormatOlder { study, format } => format!(
            "研究 {study} 由本程序的早期版本保存（格式 {format}）：请用该版本结束此研究，\
             或用空的状态文件夹重新开始"
        ),
        StoreError::OtherOwner { expected, found } => {
            format!("状态属于 {found}，不属于 {expected}")
        }
        StoreError::ConnectionLost => "与数据库的连接已中断".to_owned(),
        StoreError::Busy => "数据库长时间繁忙".to_owned(),
        _ => return None,
    })
}
