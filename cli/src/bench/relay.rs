//! `consilium bench relay`: what the coordinator's relay costs.

use std::{io::Write, time::Duration};

use anyhow::Context as _;
use clap::Args;
use consilium_identity::{Authority, IdentityKey, Purpose, SigningRequest};
use consilium_mailbox::PartyId;
use consilium_node::{
    bench::{self, Certificates, Lap},
    tls::{self, Callers, ClientTls, Credentials, ServerTls},
};
use consilium_plan::Lang;
use serde_json::{Value, json};
use tokio::runtime;

use super::own::OwnProcess;
use crate::{clock, random};

#[derive(Debug, Args)]
#[command(after_help = "\
Both ends, the relay and the plain forwarder run in this process, over mutual TLS on loopback.

Examples:
  consilium bench relay
  consilium bench relay --megabytes 2000 --json")]
pub(crate) struct RelayArgs {
    /// How much is sent in each of three turns, in 10^6 bytes
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    megabytes: u64,

    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn relay(args: &RelayArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let federation = Federation::found()?;
    let client = |party: &PartyId| federation.client(party);
    let certificates = Certificates {
        server: federation.server()?,
        client: &client,
    };
    let own = OwnProcess::watch()?;
    let measured = runtime()?.block_on(bench::relay(args.megabytes * 1_000_000, &certificates))?;
    let cost = own.cost()?;
    let (ratio, cpu) = (
        measured.ratio_to_two_hop_tls(),
        measured.cpu_seconds_per_gb(),
    );
    if !args.json {
        let said = lang.pick(
            "of a plain forwarder's rate; CPU seconds for 10^9 bytes",
            "（相对于普通转发器的速率）；每 10^9 字节的 CPU 秒数",
        );
        return Ok(writeln!(out, "{ratio:.2} {said}: {cpu:.2}")?);
    }
    let line = json!({
        "bench": "relay",
        "mode": "processes",
        "ok": true,
        "params": { "bytes": args.megabytes * 1_000_000 },
        "ratio_to_two_hop_tls": ratio,
        "cpu_s_per_gb": cpu,
        "parties": [cost],
        "relay": laps(&measured.relay),
        "two_hop_tls": laps(&measured.two_hop_tls),
    });
    Ok(writeln!(out, "{line}")?)
}

fn laps(laps: &[Lap]) -> Vec<Value> {
    let lap = |lap: &Lap| {
        json!({
            "wall_s": lap.wall.as_secs_f64(),
            "cpu_s": lap.cpu.as_secs_f64(),
            "bytes_per_s": lap.rate(),
        })
    };
    laps.iter().map(lap).collect()
}

pub(super) fn runtime() -> anyhow::Result<runtime::Runtime> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("starting the runtime")
}

/// A federation of this one process, for as long as a measurement takes.
pub(super) struct Federation {
    authority: Authority,
    roots: tls::Authority,
}

const COORDINATOR: &str = "coordinator";
const LIFETIME: Duration = Duration::from_hours(24);

impl Federation {
    pub(super) fn found() -> anyhow::Result<Federation> {
        let key = IdentityKey::from_seed(&random::seed()?);
        let authority = Authority::found("bench", key, clock::now())?;
        let roots = tls::Authority::from_pem(authority.certificate().to_pem().as_bytes())?;
        Ok(Federation { authority, roots })
    }

    pub(super) fn server(&self) -> anyhow::Result<ServerTls> {
        let coordinator = COORDINATOR.parse().expect("it is a name");
        let credentials = self.credentials(&coordinator, Purpose::Server)?;
        Ok(ServerTls::new(&credentials, &self.roots, Callers::Known)?)
    }

    pub(super) fn client(&self, party: &PartyId) -> ClientTls {
        self.credentials(party, Purpose::Client)
            .and_then(|credentials| {
                Ok(ClientTls::new(
                    Some(&credentials),
                    &self.roots,
                    COORDINATOR,
                )?)
            })
            .expect("the authority was founded a moment ago")
    }

    fn credentials(&self, party: &PartyId, purpose: Purpose) -> anyhow::Result<Credentials> {
        let key = IdentityKey::from_seed(&random::seed()?);
        let request = SigningRequest::new(party, &key);
        let mut rng = random::seed()?.generator();
        let (now, lifetime) = (clock::now(), LIFETIME);
        let certificate = self
            .authority
            .issue(&request, purpose, lifetime, now, &mut rng)?;
        let (chain, key) = (certificate.to_pem(), key.to_pem());
        Ok(Credentials::from_pem(
            chain.as_bytes(),
            key.expose().as_bytes(),
        )?)
    }
}
