//! Keys, words and invitations.

use consilium_identity::{CertificateError, InvitationError, KeyFileError, VouchError, WordsError};

pub(super) fn key(error: KeyFileError) -> Option<String> {
    let said = match error {
        KeyFileError::NotAKey => "这不是 PEM（PKCS#8）格式的私钥",
        KeyFileError::OtherKind => "这是私钥，但不是 Ed25519 密钥",
        KeyFileError::Protected => "此密钥有口令保护",
        KeyFileError::Unprotected => "此密钥没有口令保护",
        KeyFileError::WrongPassphrase => "口令不对",
        KeyFileError::Unsupported => "不支持此密钥的保护方式",
        _ => return None,
    };
    Some(said.to_owned())
}

pub(super) fn words(error: &WordsError) -> Option<String> {
    Some(match error {
        WordsError::NoWord { position } => {
            format!("第 {} 个词不在词表中，可能输入有误", position + 1)
        }
        WordsError::Count { given } => format!("给出了 {given} 个词，需要 6 个"),
        WordsError::Different { position } => {
            format!("第 {} 个词不同：两个密钥不是同一个", position + 1)
        }
        _ => return None,
    })
}

/// Says that a file holds no vouch; what else may be wrong with one, the daemon says.
pub(super) fn vouch(error: &VouchError) -> Option<String> {
    let none = "这不是担保：担保是 `consilium person vouch` 打印的一行内容";
    matches!(error, VouchError::NotOne).then(|| none.to_owned())
}

pub(super) fn certificate(error: &CertificateError) -> Option<String> {
    Some(match error {
        CertificateError::Malformed { .. } => "这不是联邦的证书或证书申请".to_owned(),
        CertificateError::OtherAuthority { party } => {
            format!("{party} 的证书不是本联邦签发的")
        }
        CertificateError::NotYet { party, from, now } => {
            format!("{party} 的证书自 {from} 起有效，现在是 {now}：请核对时钟")
        }
        CertificateError::Expired { party, until, now } => {
            format!("{party} 的证书已于 {until} 到期，现在是 {now}")
        }
        _ => return None,
    })
}

pub(super) fn invitation(error: &InvitationError) -> Option<String> {
    Some(match error {
        InvitationError::NotOne => "这不是邀请".to_owned(),
        InvitationError::Mistyped => "邀请有误或不完整：校验不符".to_owned(),
        _ => return None,
    })
}
