//! The daemon itself, from the command line.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use consilium_identity::{Fingerprint, WordList};
use consilium_participant::{Config, ParticipantError, start};
use consilium_plan::Lang;
use serde_json::json;

use crate::{
    client::block_on,
    daemon::{self, Lifetime},
    data::map::whereabouts,
    hint::OrHint as _,
    person,
};

/// A configuration to start from.
pub(super) const SAMPLE: &str = include_str!("../../../deploy/participant.toml");

/// Reads the daemon's configuration.
pub(crate) fn read(path: &Path, lang: Lang) -> anyhow::Result<Config> {
    let sample = "consilium participant join --sample";
    daemon::read(path, Config::from_toml, sample, lang)
}

/// Joins a federation by the invitation on standard input.
pub(super) fn join(path: &Path, json: bool, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let config = read(path, lang)?;
    let invitation = person::read_invitation(lang)?;
    let joined = block_on(async {
        let code = invitation.text();
        let joined = consilium_participant::join(&config, code.expose(), &daemon::ambient()?).await;
        match joined {
            Err(error @ ParticipantError::Joined { .. }) => Err(error).or_hint(lang.pick(
                "`consilium participant run` starts the daemon; one that the operator has revoked moves this folder away first, and joins with a new key",
                "用 `consilium participant run` 启动守护进程；已被撤销的机构请先移走此文件夹，再以新密钥加入",
            )),
            joined => joined.map_err(|error| {
                let named = lang.pick(
                    format!("write the name that the invitation is for as party in {}", path.display()),
                    format!("请在 {} 中将 party 写为邀请所给的名称", path.display()),
                );
                person::way_in(error, &named, lang)
            }),
        }
    })?;
    let federations = Fingerprint::of_federation(&joined.federation_id);
    if json {
        let words = |of: &Fingerprint| json!({ "en": of.words(WordList::English), "zh": of.words(WordList::Chinese) });
        let line = json!({
            "party": joined.party,
            "federation": joined.federation,
            "federation_id": joined.federation_id.to_string(),
            "coordinator": joined.coordinator,
            "federation_words": words(&federations),
            "words": words(&joined.fingerprint),
        });
        return Ok(writeln!(out, "{line}")?);
    }
    let (party, federation) = (joined.party, joined.federation);
    let has_joined = lang.pick("has joined", "已加入");
    writeln!(out, "{party} {has_joined} {federation}")?;
    let list = lang.pick(WordList::English, WordList::Chinese);
    let of_federation = lang.pick("the federation's words: ", "联邦的核对词：");
    writeln!(out, "{of_federation}{}", federations.words(list))?;
    writeln!(
        out,
        "{}",
        lang.pick("the institution's own:", "本机构的核对词：")
    )?;
    person::fingerprint(&joined.fingerprint, out, lang)
}

/// Runs the daemon to its end.
pub(super) fn run(
    path: &Path,
    ready_file: Option<&Path>,
    lifetime: Lifetime,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut config = read(path, lang)?;
    config.ready_file = ready_file.map(PathBuf::from);
    config.mappings.program = whereabouts();
    daemon::serve(lifetime, &config.log.clone(), async |shutdown| {
        let party = config.party.clone();
        let addresses = [("admin", config.admin.clone())];
        let started = start(config, daemon::ambient()?, shutdown).await;
        let node = match &started {
            Err(ParticipantError::Node(error)) => Some(error),
            _ => None,
        };
        let hint = daemon::way_out(node, path, &addresses, lang);
        let handle = started.or_hint(hint)?;
        let line = json!({
            "ready": true,
            "party": party,
            "socket": handle.steward_socket,
            "admin": handle.admin,
        });
        daemon::announce(out, &line)?;
        handle.stopped().await.context("the participant stopped")
    })
}
