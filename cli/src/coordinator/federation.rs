//! Who belongs to the federation.

use std::io::Write;

use anyhow::bail;
use consilium_base::hex;
use consilium_identity::{Fingerprint, PublicKey, WordList};
use consilium_plan::{Lang, UnixTime};
use consilium_proto::v1;
use serde_json::{Value, json};

use crate::{
    client::{Answer as _, OperatorDoor},
    listing::{self, Listed},
    terminal,
};

pub(super) async fn members(
    door: &OperatorDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut coordinator = door.coordinator(lang).await?;
    let list = coordinator
        .members(v1::MembersRequest {})
        .await
        .answer(lang)?;
    listing::print(&list.members, json, out, lang)
}

pub(super) async fn revoke(
    (name, yes): (&str, bool),
    door: &OperatorDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut coordinator = door.coordinator(lang).await?;
    let question = lang.pick(
        format!("{name} loses access at once, and studies that need it stop. Revoke it?"),
        format!("{name} 将立即失去访问权，需要它的研究会停止。确定撤销？"),
    );
    if !yes && !terminal::confirm(&question, lang)? {
        bail!(lang.pick("nothing was revoked", "未撤销任何成员"));
    }
    let request = v1::RevokeRequest {
        name: name.to_owned(),
    };
    let list = coordinator.revoke(request).await.answer(lang)?;
    listing::print(&list.members, json, out, lang)
}

impl Listed for v1::MemberStatus {
    const NONE: [&'static str; 2] = ["no members yet", "尚无成员"];
    const HEADER: &'static [[&'static str; 2]] = &[
        ["name", "名称"],
        ["role", "角色"],
        ["state", "状态"],
        ["certificate ends", "证书到期"],
        ["words", "核对词"],
    ];

    fn row(&self, lang: Lang) -> Vec<String> {
        let state = match self {
            v1::MemberStatus { revoked: true, .. } => lang.pick("revoked", "已撤销"),
            v1::MemberStatus {
                connected: true, ..
            } => lang.pick("connected", "在线"),
            _ => lang.pick("away", "离线"),
        };
        vec![
            self.name.clone(),
            role(&self.role, lang).to_owned(),
            state.to_owned(),
            ends(self).unwrap_or_default(),
            words(&self.key, lang),
        ]
    }

    fn line(&self, _: Lang) -> Value {
        json!({
            "name": self.name,
            "role": self.role,
            "key": hex::encode(&self.key),
            "words": { "en": words(&self.key, Lang::En), "zh": words(&self.key, Lang::Zh) },
            "connected": self.connected,
            "revoked": self.revoked,
            "certificate_ends": ends(self),
        })
    }
}

fn ends(member: &v1::MemberStatus) -> Option<String> {
    (member.expires > 0).then(|| UnixTime(member.expires).to_string())
}

/// Gives a role's name in the reader's language; one that is not known stays as it is.
pub(super) fn role(name: &str, lang: Lang) -> &str {
    match name {
        "participant" => lang.pick("participant", "参与方"),
        "operator" => lang.pick("operator", "运营方"),
        "supervisor" => lang.pick("supervisor", "监督方"),
        other => other,
    }
}

/// Gives the words of a key that came over the wire; nothing if it is none.
pub(crate) fn words(key: &[u8], lang: Lang) -> String {
    let key = key
        .try_into()
        .ok()
        .and_then(|bytes| PublicKey::from_bytes(bytes).ok());
    let list = lang.pick(WordList::English, WordList::Chinese);
    key.map(|key| Fingerprint::of_key(&key).words(list))
        .unwrap_or_default()
}
