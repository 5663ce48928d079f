//! What a hospital does in one run.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use consilium_base::Seed;
use consilium_glm::{Scored, Table, evaluation};
use consilium_identity::{Directory, RunContext, SealedTransport};
use consilium_mailbox::{Mailbox, PartyId, RunId};
use consilium_node::link::Link;
use consilium_plan::{Phase, Plan, Task};
use consilium_proto::v1;
use consilium_secagg::{Contributor, Credentials as Keys};

use super::Home;

pub(super) async fn contribute(
    home: Arc<Home>,
    link: Link,
    roster: Directory,
    plan: Plan,
    start: v1::RunStart,
) -> (RunId, Plan, Result<(), String>) {
    let run = RunId(start.run.as_ref().try_into().unwrap());
    let outcome = Box::pin(try_contribute(&home, &link, &roster, &plan, (run, start))).await;
    (run, plan, outcome.map_err(|error| error.to_string()))
}

async fn try_contribute(
    home: &Home,
    link: &Link,
    roster: &Directory,
    plan: &Plan,
    (run, start): (RunId, v1::RunStart),
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let contributors: Vec<PartyId> = start
        .contributors
        .iter()
        .map(|name| name.parse().unwrap())
        .collect();
    let others = contributors
        .iter()
        .filter(|party| **party != home.name)
        .cloned();
    let peers: Vec<PartyId> = others.chain([plan.coordinator().clone()]).collect();
    let life = home.lives.load(Ordering::Relaxed).to_le_bytes();
    let secret = Seed::from_bytes([home.seed; 32]);
    let context = RunContext {
        federation: home.federation,
        plan: *plan.hash().as_bytes(),
        run,
        attempt: start.attempt,
        roles: plan.run_roles(),
    };
    let sealed = SealedTransport::open(
        Arc::new(link.transport(run, &peers)?),
        &context,
        home.key.as_ref(),
        roster,
        Duration::from_secs(20),
        &mut secret.derive("test.1.seal", &[&life, &run.0]).generator(),
    )
    .await?;
    let mail = Mailbox::new(Arc::new(sealed), run, plan.mail_patience());
    home.runs.fetch_add(1, Ordering::Relaxed);
    if home.gives_up.load(Ordering::Relaxed) {
        return Err("chance was against it".into());
    }
    let waivers = start.waivers.iter().map(|name| name.parse().unwrap());
    let waivers: BTreeSet<PartyId> = waivers.collect();
    let keys = Keys {
        signer: home.key.clone(),
        verifier: Arc::new(roster.clone()),
    };
    let masks = secret.derive("test.1.masks", &[&life, &run.0]).generator();
    let Task::TrainGlm(task) = plan.task() else {
        panic!("it is a fit")
    };
    let terms = plan.sum_terms(task, waivers);
    let mut sums = Contributor::new(&home.name, terms, keys, &secret, home.book.clone(), masks)?;
    let regression = &task.regression;
    let (features, labels) = home.rows();
    let scored = (features.clone(), labels.clone());
    let table = Table::new(regression, features, labels)?;
    let rounding = |number: consilium_secagg::SumNumber| {
        secret
            .derive("test.1.rounding", &[&number.0.to_le_bytes()])
            .generator()
    };
    let here = mail.scope(Phase::Fit.name());
    let aggregator = plan.coordinator();
    let (rows, first) = ((regression, &table), Phase::Fit.first_sum());
    let fit = consilium_glm::contribute(&here, aggregator, rows, first, &rounding, &mut sums);
    let fit = fit.await?;
    if start.step == "fit" || start.step == "evaluation" {
        let score = |(row, label): (&[f64], &f64)| Scored {
            score: fit.predict(row),
            label: *label,
        };
        let scored: Vec<Scored> = scored.0.chunks(2).zip(&scored.1).map(score).collect();
        let here = mail.scope(Phase::Evaluation.name());
        let first = Phase::Evaluation.first_sum_of_measures();
        let rows = (regression, &fit.model(), &scored[..]);
        evaluation::contribute(&here, aggregator, rows, first, &rounding, &mut sums).await?;
    }
    drop(here);
    mail.finish();
    Ok(())
}
