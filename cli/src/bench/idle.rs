//! `consilium bench idle`: what daemons take that are connected and say nothing.

use std::{io::Write, time::Duration};

use anyhow::Context as _;
use clap::Args;
use consilium_mailbox::PartyId;
use consilium_node::bench::{self, Certificates};
use consilium_plan::Lang;
use serde_json::json;
use tokio::time::sleep;

use super::{
    own::OwnProcess,
    relay::{self, runtime},
};
use crate::{
    clock,
    local::{
        cost::{PartyCost, Reading},
        federation::Federation,
        unless_interrupted,
    },
};

#[derive(Debug, Args)]
#[command(after_help = "\
Without --daemons both ends of all connections are in this process.

Examples:
  consilium bench idle
  consilium bench idle --participants 100 --json
  consilium bench idle --daemons 4 --json")]
pub(crate) struct IdleArgs {
    /// How many participants connect and then say nothing
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=2_000))]
    participants: u16,

    /// Start a coordinator and N participants as processes instead, and look at each
    #[arg(long, conflicts_with = "participants", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=50))]
    daemons: Option<u16>,

    /// How long the daemons have been connected when they are looked at
    #[arg(long, requires = "daemons", default_value_t = 60, value_name = "N", value_parser = clap::value_parser!(u16).range(..=3_600))]
    seconds: u16,

    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &IdleArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match args.daemons {
        Some(participants) => daemons(args, participants, out, lang),
        None => one_process(args, out, lang),
    }
}

fn one_process(args: &IdleArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let federation = relay::Federation::found()?;
    let client = |party: &PartyId| federation.client(party);
    let certificates = Certificates {
        server: federation.server()?,
        client: &client,
    };
    let own = OwnProcess::watch()?;
    let idle = bench::idle(usize::from(args.participants), &certificates);
    let idle = runtime()?.block_on(idle)?;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let (connected, before) = (mib(idle.connected), mib(idle.before));
    if !args.json {
        let said = lang.pick(
            "MiB with both ends of all connections, before any",
            "MiB（含所有连接两端），连接之前",
        );
        return Ok(writeln!(out, "{connected:.0} {said}: {before:.0}")?);
    }
    let line = json!({
        "bench": "idle",
        "mode": "processes",
        "ok": true,
        "params": { "participants": idle.participants },
        "rss_mb": connected,
        "rss_before_mb": before,
        "parties": [own.cost()?],
    });
    Ok(writeln!(out, "{line}")?)
}

/// What a daemon took while nothing was asked of it.
#[derive(serde::Serialize)]
struct Idle {
    #[serde(flatten)]
    cost: PartyCost,
    /// At the end, in MiB.
    rss_mb: f64,
}

fn daemons(
    args: &IdleArgs,
    participants: u16,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let began = clock::since_1970();
    let waiting = unless_interrupted(wait(participants, args.seconds, lang), lang);
    let (before, after) = runtime()?.block_on(waiting)?;
    let wall = clock::since_1970().saturating_sub(began);
    let idle = after
        .iter()
        .zip(&before)
        .map(|((party, now), (_, then))| Idle {
            cost: now.since(then, party),
            rss_mb: now.rss_mb,
        });
    if !args.json {
        for idle in idle {
            writeln!(out, "{:.1} MiB  {}", idle.rss_mb, idle.cost.party)?;
        }
        return Ok(());
    }
    let line = json!({
        "bench": "idle",
        "mode": "processes",
        "ok": true,
        "params": { "participants": participants, "seconds": args.seconds },
        "wall_s": wall.as_secs_f64(),
        "parties": idle.collect::<Vec<_>>(),
    });
    Ok(writeln!(out, "{line}")?)
}

/// What each daemon had used at a moment.
type Readings = Vec<(String, Reading)>;

async fn wait(participants: u16, seconds: u16, lang: Lang) -> anyhow::Result<(Readings, Readings)> {
    let folder = tempfile::tempdir().context("making a folder")?;
    let coordinator: PartyId = "coordinator".parse().expect("it is a name");
    let parties: Vec<PartyId> = (0..participants)
        .map(|number| format!("house-{number}").parse().expect("it is a name"))
        .collect();
    let federation = Federation::open(&coordinator, &parties, folder.path(), "", lang).await?;
    let before = federation.readings().await?;
    sleep(Duration::from_secs(seconds.into())).await;
    let after = federation.readings().await;
    federation.stop().await;
    Ok((before, after?))
}
