//! The daemon itself, from the command line.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use consilium_coordinator::{Ambient, Config, init as found, start};
use consilium_identity::{Fingerprint, WordList};
use consilium_plan::Lang;
use serde_json::json;

use crate::daemon::Lifetime;
use crate::{clock, daemon, hint::OrHint as _, person, random};

/// A configuration to start from.
pub(super) const SAMPLE: &str = include_str!("../../../deploy/coordinator.toml");

/// Reads the daemon's configuration.
pub(crate) fn read(path: &Path, lang: Lang) -> anyhow::Result<Config> {
    let reading = || format!("{} {}", lang.pick("reading", "读取"), path.display());
    let hint = lang.pick(
        "`consilium coordinator init --sample` prints a configuration to start from",
        "`consilium coordinator init --sample` 打印可供修改的示例配置",
    );
    let text = fs::read_to_string(path)
        .with_context(reading)
        .or_hint(hint)?;
    Config::from_toml(&text).with_context(reading).or_hint(hint)
}

/// Founds the federation.
pub(super) fn init(path: &Path, json: bool, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let config = read(path, lang)?;
    let founded = found(&config, &ambient()?).or_hint(lang.pick(
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
    daemon::serve(
        lifetime,
        config.log_format,
        &config.log_filter.clone(),
        async |shutdown| {
            let handle = start(config, ambient()?, shutdown)
                .await
                .or_hint(lang.pick(
                    "`consilium doctor` looks at configuration, keys, addresses and disk",
                    "`consilium doctor` 检查配置、密钥、地址和磁盘",
                ))?;
            let line = json!({
                "ready": true,
                "address": handle.address,
                "socket": handle.operator_socket,
                "admin": handle.admin,
            });
            daemon::announce(out, &line)?;
            handle.stopped().await.context("the coordinator stopped")
        },
    )
}

fn ambient() -> anyhow::Result<Ambient> {
    Ok(Ambient::new(clock::millis, &random::seed()?))
}
