//! The daemon itself, from the command line.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use consilium_coordinator::{Config, CoordinatorError, init as found, start};
use consilium_identity::{Fingerprint, WordList};
use consilium_plan::Lang;
use serde_json::json;

use crate::{
    client::block_on,
    daemon::{self, Lifetime},
    hint::OrHint as _,
    person,
};

/// A configuration to start from.
pub(super) const SAMPLE: &str = include_str!("../../../deploy/coordinator.toml");

/// Reads the daemon's configuration.
pub(crate) fn read(path: &Path, lang: Lang) -> anyhow::Result<Config> {
    let sample = "consilium coordinator init --sample";
    daemon::read(path, Config::from_toml, sample, lang)
}

/// Founds the federation.
pub(super) fn init(path: &Path, json: bool, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let config = read(path, lang)?;
    let ambient = daemon::ambient()?;
    let founding = async { Ok(found(&config, &ambient).await?) };
    let founded = block_on(founding).or_hint(lang.pick(
        "the state folder has to be writable for this user, and nobody else's",
        "状态文件夹必须可由当前用户写入，且不属于他人",
    ))?;
    let fingerprint = Fingerprint::of_federation(&founded.federation);
    let words = [WordList::English, WordList::Chinese].map(|list| fingerprint.words(list));
    if json {
        let line = json!({
            "federation": config.federation,
            "id": founded.federation.to_string(),
            "new": founded.is_new,
            "words": { "en": words[0], "zh": words[1] },
        });
        return Ok(writeln!(out, "{line}")?);
    }
    let said = if founded.is_new {
        lang.pick("founded", "已创建")
    } else {
        lang.pick("was founded before", "此前已创建")
    };
    writeln!(out, "{}: {said}", config.federation)?;
    person::fingerprint(&fingerprint, out, lang)
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
    daemon::serve(lifetime, &config.log.clone(), async |shutdown| {
        let addresses = [
            ("admin", config.admin.clone()),
            ("listen", config.listen.clone()),
        ];
        let started = start(config, daemon::ambient()?, shutdown).await;
        let node = match &started {
            Err(CoordinatorError::Node(error)) => Some(error),
            _ => None,
        };
        let hint = daemon::way_out(node, path, &addresses, lang);
        let handle = started.or_hint(hint)?;
        let line = json!({
            "ready": true,
            "address": handle.address,
            "socket": handle.operator_socket,
            "admin": handle.admin,
        });
        daemon::announce(out, &line)?;
        handle.stopped().await.context("the coordinator stopped")
    })
}
