//! Connections.

use consilium_node::NodeError;

use super::state::file;

pub(super) fn node(error: &NodeError) -> Option<String> {
    Some(match error {
        NodeError::Listen { address, .. } => format!("无法在 {address} 监听"),
        NodeError::Unreachable { address, why } => format!("无法连接 {address}：{why}"),
        NodeError::Impostor { address, why } => {
            format!("在 {address} 应答的不是本联邦的协调方：{why}")
        }
        NodeError::NotAccepted { why } => format!("对方不接受我们的证书：{why}"),
        NodeError::Rival => {
            "另有守护进程以我们的身份连接：请停止它，或为本守护进程另设身份（IDENTITY-TWICE）"
                .to_owned()
        }
        NodeError::Version => "协调方的链路版本与我们的不同（VERSION-MISMATCH）".to_owned(),
        NodeError::Cut(why) => format!("与协调方的连接已结束：{why}"),
        NodeError::Refused(why) => format!("协调方拒绝：{why}"),
        NodeError::Revoked(name) => format!("{name} 的证书不在名册上，或已被撤销"),
        NodeError::File(error) => file(error),
        _ => return None,
    })
}
