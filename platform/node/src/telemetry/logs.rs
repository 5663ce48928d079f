//! Logs on stderr, for people or for machines, with a filter that can be changed at run time.

use std::io::IsTerminal as _;

use serde::{Deserialize, Serialize};
use tracing_subscriber::{
    EnvFilter, Registry, fmt,
    layer::{Layer as _, SubscriberExt as _},
    reload,
    util::SubscriberInitExt as _,
};

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Changes what is logged while the daemon runs.
#[derive(Clone, Debug)]
pub struct LogFilter {
    handle: reload::Handle<EnvFilter, Registry>,
}

/// A text that says nothing about what to log, or logs that were started twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log filter '{filter}' can't be used: {why}")]
pub struct BadFilter {
    filter: String,
    why: String,
}

/// Starts the process's logs; `filter` is as in `info,consilium_node=debug`.
///
/// # Errors
///
/// [`BadFilter`] if the filter can't be read, or logs were started already.
pub fn start_logs(format: LogFormat, filter: &str) -> Result<LogFilter, BadFilter> {
    let (layer, handle) = reload::Layer::new(read(filter)?);
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        // A reader who has gone is no reason to panic.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal());
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let started = tracing_subscriber::registry()
        .with(layer)
        .with(lines)
        .try_init();
    started.map_err(|why| bad(filter, &why))?;
    Ok(LogFilter { handle })
}

impl LogFilter {
    /// Logs by another filter from now on.
    ///
    /// # Errors
    ///
    /// [`BadFilter`] if it can't be read; the old one stays.
    pub fn set(&self, filter: &str) -> Result<(), BadFilter> {
        let new = read(filter)?;
        self.handle.reload(new).map_err(|why| bad(filter, &why))
    }
}

fn read(filter: &str) -> Result<EnvFilter, BadFilter> {
    EnvFilter::try_new(filter).map_err(|why| bad(filter, &why))
}

fn bad(filter: &str, why: &dyn std::error::Error) -> BadFilter {
    let (filter, why) = (filter.to_owned(), why.to_string());
    BadFilter { filter, why }
}
