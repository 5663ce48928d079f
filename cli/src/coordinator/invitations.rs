//! Invitations: made, listed, taken back.

use std::{io::Write, time::Duration};

use consilium_mailbox::PartyId;
use consilium_plan::{Lang, UnixTime};
use consilium_proto::v1;
use serde_json::{Value, json};
use tonic::Code;

use super::federation::role;
use crate::{
    client::{Answer as _, OperatorDoor},
    hint::OrHint as _,
    listing::{self, Listed},
    terminal,
};

/// Somebody who is invited.
pub(super) struct Guest<'a> {
    pub(super) name: &'a PartyId,
    pub(super) role: &'static str,
    pub(super) valid: Duration,
}

pub(super) async fn invite(
    guest: &Guest<'_>,
    door: &OperatorDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut coordinator = door.coordinator(lang).await?;
    let request = v1::InviteRequest {
        name: guest.name.to_string(),
        role: guest.role.to_owned(),
        valid_s: guest.valid.as_secs(),
    };
    let invitation = coordinator.invite(request).await.answer(lang)?;
    let expires = UnixTime(invitation.expires);
    if json {
        let line = json!({
            "name": guest.name,
            "role": guest.role,
            "invitation": invitation.code,
            "expires": expires.to_string(),
        });
        return Ok(writeln!(out, "{line}")?);
    }
    writeln!(out, "{}", invitation.code)?;
    let name = guest.name;
    terminal::tell(&lang.pick(
        format!(
            "for {name}, once, by one key, until {expires}; whoever has it can join in that name"
        ),
        format!("供 {name} 以一个密钥使用一次，有效至 {expires}；持有者即可以该名义加入"),
    ));
    Ok(())
}

/// Lists those that can still be used.
pub(super) async fn list(
    door: &OperatorDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut coordinator = door.coordinator(lang).await?;
    let open = coordinator.invitations(v1::InvitationsRequest {}).await;
    listing::print(&open.answer(lang)?.invitations, json, out, lang)
}

/// Takes back all that were not used yet in a name.
pub(super) async fn withdraw(
    name: &str,
    door: &OperatorDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut coordinator = door.coordinator(lang).await?;
    let request = v1::WithdrawRequest {
        name: name.to_owned(),
    };
    let left = coordinator.withdraw(request).await;
    let nothing_open = left
        .as_ref()
        .is_err_and(|status| [Code::NotFound, Code::FailedPrecondition].contains(&status.code()));
    let left = left.answer(lang);
    let left = if nothing_open {
        left.or_hint(lang.pick(
            "`consilium coordinator invitations` lists those that can still be used; `consilium coordinator revoke` shuts a member out",
            "`consilium coordinator invitations` 列出尚可使用的邀请；`consilium coordinator revoke` 可将成员除名",
        ))?
    } else {
        left?
    };
    terminal::tell(&lang.pick(
        format!("the invitations of {name} are worth nothing any more"),
        format!("{name} 的邀请已作废"),
    ));
    listing::print(&left.invitations, json, out, lang)
}

impl Listed for v1::OpenInvitation {
    const NONE: [&'static str; 2] = ["no open invitations", "没有未使用的邀请"];
    const HEADER: &'static [[&'static str; 2]] = &[
        ["name", "名称"],
        ["role", "角色"],
        ["made", "发出"],
        ["until", "有效至"],
    ];

    fn row(&self, lang: Lang) -> Vec<String> {
        vec![
            self.name.clone(),
            role(&self.role, lang).to_owned(),
            UnixTime(self.made).to_string(),
            UnixTime(self.expires).to_string(),
        ]
    }

    fn line(&self, _: Lang) -> Value {
        json!({
            "name": self.name,
            "role": self.role,
            "made": UnixTime(self.made).to_string(),
            "expires": UnixTime(self.expires).to_string(),
        })
    }
}
