//! `consilium doctor`: looks at what is commonly wrong, and says what to do.

use std::{io::Write, path::PathBuf};

use anyhow::anyhow;
use clap::Args;
use consilium_plan::Lang;
use serde::Serialize;

use crate::{client::block_on, hint::OrHint as _};

mod at_coordinator;
mod at_participant;
mod daemons;
mod files;
mod network;
mod person;

#[derive(Debug, Args)]
#[command(after_help = "\
Looks at configuration, keys, certificate, addresses, socket, clock, disk and data sets. Run it as \
the daemon's user or root, on the daemon's machine.

Examples:
  consilium doctor
  consilium doctor --config /etc/consilium/participant.toml --json
  consilium doctor --as li")]
pub(crate) struct DoctorArgs {
    /// A daemon's configuration; default: those in /etc/consilium that are there
    #[arg(long, value_name = "FILE")]
    config: Vec<PathBuf>,

    /// The folder of a person who speaks to the coordinator over the network
    #[arg(long = "as", value_name = "FOLDER", conflicts_with = "config")]
    person: Option<PathBuf>,

    /// Print one line of JSON for each finding
    #[arg(long)]
    json: bool,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warning,
    Failed,
}

/// What was looked at, how it is, and what to do if it is not well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Finding {
    what: String,
    state: State,
    #[serde(skip_serializing_if = "String::is_empty")]
    said: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Finding {
    fn ok(what: impl Into<String>, said: impl Into<String>) -> Finding {
        Finding {
            what: what.into(),
            state: State::Ok,
            said: said.into(),
            remedy: None,
        }
    }

    fn warning(
        what: impl Into<String>,
        said: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding {
            state: State::Warning,
            remedy: Some(remedy.into()),
            ..Finding::ok(what, said)
        }
    }

    fn failed(
        what: impl Into<String>,
        said: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding {
            state: State::Failed,
            ..Finding::warning(what, said, remedy)
        }
    }
}

/// Where the shipped units look for their configuration.
const USUAL: [&str; 2] = [
    "/etc/consilium/coordinator.toml",
    "/etc/consilium/participant.toml",
];

pub(crate) fn run(args: &DoctorArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let findings = match &args.person {
        Some(folder) => block_on(async { Ok(person::look(folder, lang).await) })?,
        None => block_on(async { Ok(daemons::look(&configs(args), lang).await) })?,
    };
    for finding in &findings {
        if args.json {
            writeln!(out, "{}", serde_json::to_string(finding)?)?;
        } else {
            print(finding, out, lang)?;
        }
    }
    let failed = findings
        .iter()
        .filter(|finding| finding.state == State::Failed)
        .count();
    if failed == 0 {
        return Ok(());
    }
    Err(anyhow!(lang.pick(
        match failed {
            1 => "one thing is wrong".to_owned(),
            _ => format!("{failed} things are wrong"),
        },
        format!("有 {failed} 处问题")
    )))
    .or_hint(lang.pick(
        "follow the remedies above, then run this again",
        "按上述办法处理后再运行一次",
    ))
}

fn configs(args: &DoctorArgs) -> Vec<PathBuf> {
    if args.config.is_empty() {
        USUAL
            .iter()
            .map(PathBuf::from)
            .filter(|path| path.exists())
            .collect()
    } else {
        args.config.clone()
    }
}

fn print(finding: &Finding, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let state = match finding.state {
        State::Ok => lang.pick("ok", "正常"),
        State::Warning => lang.pick("warning", "警告"),
        State::Failed => lang.pick("failed", "失败"),
    };
    let (what, said) = (&finding.what, &finding.said);
    let colon = if said.is_empty() {
        ""
    } else {
        lang.pick(": ", "：")
    };
    writeln!(out, "{state}  {what}{colon}{said}")?;
    if let Some(remedy) = &finding.remedy {
        writeln!(out, "    → {remedy}")?;
    }
    Ok(())
}
