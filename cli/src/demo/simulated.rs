//! The demo in the simulator, which is the lab's.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context as _;
use consilium_evaluation::Measures;
use consilium_gbdt::Column;
use consilium_glm::{Regression, Table};
use consilium_lab::{Brought, Conditions, Rows, Trained, simulate};
use consilium_mailbox::{Account, PartyId, sim::Link};
use consilium_plan::Phase;
use tokio::runtime;

use super::{hospitals::Demo, measured::Measured};
use crate::local::cost::PartyCost;

pub(super) fn run(demo: &Demo, seed: u64, latency_ms: u64) -> anyhow::Result<Measured> {
    let regression = demo.regression();
    let brought = demo.hospitals.iter().map(|hospital| Brought {
        party: hospital.party.clone(),
        rows: rows(regression, &hospital.train.table),
        test: Some(rows(regression, &hospital.test.table)),
    });
    let brought: Vec<Brought> = brought.collect();
    let conditions = Conditions {
        link: Link {
            latency: Duration::from_millis(latency_ms),
            ..Link::default()
        },
        of_party: BTreeMap::new(),
        seed,
        computing_time: false,
    };
    // The fit is measured in a phase of its own.
    let mut phases = demo.plan.phases();
    phases.retain(|phase| *phase != Phase::Evaluation);
    // One thread and a paused clock: the simulated time is the network's, and costs nothing.
    let simulator = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .context("starting the simulator")?;
    let study = simulate((&demo.plan, &phases), &brought, &conditions);
    let mut study = simulator.block_on(study)?;
    let sums = study.trained.values().map(|model| model.sums).sum();
    let fitted = study.trained.remove(&Phase::Fit);
    let fitted = fitted.context("the plan fits a model")?;
    let classes = |model: &Trained| model.measures.clone().and_then(Measures::classes);
    let costs = study.accounts.iter();
    let parties: Vec<PartyCost> = costs.map(|(party, account)| cost(party, account)).collect();
    Ok(Measured {
        mode: "simulated",
        wall: study.wall,
        rounds: parties.first().and_then(|it| it.rounds).unwrap_or(0),
        sums,
        bytes: parties.iter().map(|party| party.sent_bytes).sum(),
        wire_bytes: None,
        overall: classes(&fitted).context("a logistic regression has other measures")?,
        averaged: study.trained.get(&Phase::Fedavg).and_then(classes),
        fit: *fitted.fit.context("the plan fits a regression")?,
        parties,
    })
}

/// Gives rows column by column.
fn rows(regression: &Regression, table: &Table) -> Rows {
    let columns = regression.specification().columns.iter().enumerate();
    let columns = columns.map(|(place, column)| Column {
        name: column.name.clone(),
        values: table.iter().map(|(values, _)| values[place]).collect(),
    });
    Rows {
        columns: columns.collect(),
        labels: table.iter().map(|(_, label)| label).collect(),
    }
}

fn cost(party: &PartyId, account: &Account) -> PartyCost {
    let total = account.total();
    PartyCost {
        party: party.to_string(),
        cpu_s: total.cpu.as_secs_f64(),
        peak_rss_mb: None,
        sent_bytes: total.sent_bytes,
        received_bytes: total.received_bytes,
        rounds: Some(total.rounds),
    }
}
