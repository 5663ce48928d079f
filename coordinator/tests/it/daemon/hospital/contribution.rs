//! What a hospital does in one run.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use consilium_base::Seed;
use consilium_evaluation::{self as evaluation, Scored};
use consilium_gbdt::horizontal as gbdt;
use consilium_glm::Table;
use consilium_identity::{Directory, RunContext, SealedTransport};
use consilium_mailbox::{Mailbox, PartyId, RunId};
use consilium_node::link::Link;
use consilium_plan::{Gbdt, Glm, Learner, Phase, Plan, Task};
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
    let Task::Train(task) = plan.task() else {
        panic!("it is a fit")
    };
    let terms = plan.sum_terms(&task.protection, waivers);
    let mut sums = Contributor::new(&home.name, terms, keys, &secret, home.book.clone(), masks)?;
    let (features, labels) = home.rows();
    let rounding = |number: consilium_secagg::SumNumber| {
        secret
            .derive("test.1.rounding", &[&number.0.to_le_bytes()])
            .generator()
    };
    let here = mail.scope(Phase::Fit.name());
    let measures = mail.scope(Phase::Evaluation.name());
    let (aggregator, first) = (
        plan.coordinator(),
        Phase::Evaluation.first_sum_of_measures(),
    );
    let is_measured = start.step == "fit" || start.step == "evaluation";
    let subject = task.learner.subject();
    match &task.learner {
        Learner::Glm(Glm { regression, .. }) => {
            let table = Table::new(regression, features, labels)?;
            let (rows, at) = ((regression, &table), Phase::Fit.first_sum());
            let fit = consilium_glm::contribute(&here, aggregator, rows, at, &rounding, &mut sums);
            let fit = fit.await?;
            if is_measured {
                let scored = table.score(|row| fit.predict(row));
                let rows = (&subject, &fit.model(), &scored[..]);
                evaluation::contribute(&measures, aggregator, rows, first, &rounding, &mut sums)
                    .await?;
            }
        }
        Learner::Gbdt(Gbdt { agreement, .. }) => {
            let column = |place| features.iter().skip(place).step_by(2).copied().collect();
            let table = agreement.table(vec![column(0), column(1)], labels.clone())?;
            let (rows, at) = ((agreement, &table, &secret), Gbdt::FIRST_SUM);
            let fit = gbdt::contribute(&here, aggregator, rows, at, &mut sums).await?;
            if is_measured {
                let score = |(row, label): (&[f64], &f64)| Scored {
                    score: fit.model.mean(row),
                    label: *label,
                };
                let scored: Vec<Scored> = features.chunks(2).zip(&labels).map(score).collect();
                let rows = (&subject, &fit.model, &scored[..]);
                evaluation::contribute(&measures, aggregator, rows, first, &rounding, &mut sums)
                    .await?;
            }
        }
    }
    drop((here, measures));
    mail.finish();
    Ok(())
}
