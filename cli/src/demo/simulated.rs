//! The demo in the simulator.

use std::time::Duration;

use anyhow::Context as _;
use consilium_mailbox::Account;
use tokio::{runtime, time::Instant};

use super::{
    federation::{self, Simulation},
    hospitals::Demo,
    measured::Measured,
};
use crate::local::cost::PartyCost;

pub(super) fn run(demo: &Demo, seed: u64, latency_ms: u64) -> anyhow::Result<Measured> {
    let simulation = Simulation {
        seed,
        latency: Duration::from_millis(latency_ms),
    };
    // One thread and a paused clock: the simulated time is the network's, and costs nothing.
    let simulator = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .context("starting the simulator")?;
    let (run, wall) = simulator.block_on(async {
        let began = Instant::now();
        let run = federation::train(demo, simulation).await;
        run.map(|run| (run, began.elapsed()))
    })?;
    let mut parties = vec![cost("coordinator", &run.coordinator)];
    parties.extend(
        run.hospitals
            .iter()
            .map(|h| cost(h.party.as_str(), &h.account)),
    );
    Ok(Measured {
        mode: "simulated",
        wall,
        rounds: run.coordinator.total().rounds,
        sums: run.sums,
        bytes: parties.iter().map(|party| party.sent_bytes).sum(),
        wire_bytes: None,
        fit: run.fit,
        overall: run.overall,
        averaged: run.averaged,
        parties,
    })
}

fn cost(party: &str, account: &Account) -> PartyCost {
    let total = account.total();
    PartyCost {
        party: party.to_owned(),
        cpu_s: total.cpu.as_secs_f64(),
        peak_rss_mb: None,
        sent_bytes: total.sent_bytes,
        received_bytes: total.received_bytes,
        rounds: Some(total.rounds),
    }
}
