//! What running either daemon has in common.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    thread,
};

use anyhow::Context as _;
use consilium_node::{
    Ambient, NodeError, Shutdown,
    config::{ConfigError, Log},
    telemetry::start_logs,
};
use consilium_plan::Lang;
use serde_json::Value;
use tokio::runtime;

use crate::{clock, hint::OrHint as _, random};

/// What ends a daemon besides SIGTERM and SIGINT.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    /// The end of standard input: whoever started the daemon is gone.
    pub(crate) until_eof: bool,
}

/// Reads a daemon's configuration; `sample` is the command that prints one to start from.
pub(crate) fn read<C>(
    path: &Path,
    config: impl FnOnce(&str) -> Result<C, ConfigError>,
    sample: &str,
    lang: Lang,
) -> anyhow::Result<C> {
    let reading = || format!("{} {}", lang.pick("reading", "读取"), path.display());
    let text = fs::read_to_string(path).map_err(anyhow::Error::from);
    let config = text.and_then(|text| Ok(config(&text)?));
    config.with_context(reading).or_hint(lang.pick(
        format!("`{sample}` prints a configuration to start from"),
        format!("`{sample}` 打印可供修改的示例配置"),
    ))
}

/// Gives the machine's time and randomness.
pub(crate) fn ambient() -> anyhow::Result<Ambient> {
    Ok(Ambient::new(clock::millis, &random::seed()?))
}

/// Says what to do about a daemon that does not start; `addresses` are those at which it listens,
/// by their keys in the configuration at `path`.
pub(crate) fn way_out(
    error: Option<&NodeError>,
    path: &Path,
    addresses: &[(&str, String)],
    lang: Lang,
) -> String {
    let taken = |(_, address): &&(&str, String)| matches!(error, Some(NodeError::Listen { address: taken, .. }) if taken == address);
    match addresses.iter().find(taken) {
        Some((key, _)) => port_is_taken(key, path, lang),
        None => lang
            .pick(
                "`consilium doctor` looks at configuration, keys, addresses and disk",
                "`consilium doctor` 检查配置、密钥、地址和磁盘",
            )
            .to_owned(),
    }
}

/// Says what to do about an address that can't be listened at.
pub(crate) fn port_is_taken(key: &str, path: &Path, lang: Lang) -> String {
    let path = path.display();
    lang.pick(
        format!("another program, perhaps another daemon, may listen there: choose another port as `{key}` in {path}"),
        format!("可能有其他程序（或另一个守护进程）正在该处监听：请在 {path} 中为 `{key}` 另选端口"),
    )
}

/// Runs a daemon with its log until it has ended; SIGTERM and SIGINT ask it to.
pub(crate) fn serve(
    lifetime: Lifetime,
    log: &Log,
    daemon: impl AsyncFnOnce(Shutdown) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    start_logs(log.format, &log.filter).context("log.filter")?;
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("starting the runtime")?.block_on(async {
        let shutdown = Shutdown::on_signals().context("catching signals")?;
        if lifetime.until_eof {
            let ending = shutdown.clone();
            // A thread of its own: reading can't be given up, and the runtime would wait for it.
            thread::spawn(move || {
                io::copy(&mut io::stdin(), &mut io::sink()).ok();
                ending.request();
            });
        }
        daemon(shutdown).await
    })
}

/// Tells whoever started this process that the daemon listens.
pub(crate) fn announce(out: &mut dyn Write, line: &Value) -> anyhow::Result<()> {
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
