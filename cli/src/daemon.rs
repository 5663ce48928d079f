//! What running either daemon has in common.

use std::{
    io::{self, Write},
    thread,
};

use anyhow::Context as _;
use consilium_node::{
    Shutdown,
    telemetry::{LogFormat, start_logs},
};
use serde_json::Value;
use tokio::runtime;

/// What ends a daemon besides SIGTERM and SIGINT.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    /// The end of standard input: whoever started the daemon is gone.
    pub(crate) until_eof: bool,
}

/// Runs a daemon with its log until it has ended; SIGTERM and SIGINT ask it to.
pub(crate) fn serve(
    lifetime: Lifetime,
    format: LogFormat,
    filter: &str,
    daemon: impl AsyncFnOnce(Shutdown) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    start_logs(format, filter).context("log.filter")?;
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
