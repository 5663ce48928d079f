//! The demo's federation: a coordinator and the hospitals, each a task of its own.

use std::time::Duration;

use anyhow::Context as _;
use consilium_evaluation::{self as evaluation, Evaluation};
use consilium_glm::{Candidate, Fit, Regression, Training, averaging};
use consilium_mailbox::{
    Account, Mailbox, PartyId, RunId,
    sim::{Link, World},
};
use consilium_plan::Phase;
use consilium_secagg::Open;
use futures_util::future::{join, join_all};

use super::{
    hospitals::{Demo, Hospital},
    protection::Protection,
};

/// How the network is simulated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Simulation {
    pub(crate) seed: u64,
    pub(crate) latency: Duration,
}

/// What came of the federated training.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) fit: Fit,
    /// Over the test rows of all hospitals, from sums.
    pub(crate) overall: Evaluation,
    /// The same of the model of federated averaging.
    pub(crate) averaged: Option<Evaluation>,
    /// How many sums were opened.
    pub(crate) sums: u64,
    pub(crate) hospitals: Vec<HospitalRun>,
    /// What it cost the coordinator.
    pub(crate) coordinator: Account,
}

/// What the run cost one hospital.
#[derive(Debug)]
pub(crate) struct HospitalRun {
    pub(crate) party: PartyId,
    pub(crate) account: Account,
}

/// Trains and evaluates one model over the hospitals' rows.
pub(crate) async fn train(demo: &Demo, simulation: Simulation) -> anyhow::Result<Run> {
    let contributors: Vec<PartyId> = demo.hospitals.iter().map(|h| h.party.clone()).collect();
    let mut parties = vec![demo.plan.coordinator().clone()];
    parties.extend_from_slice(&contributors);
    let link = Link {
        latency: simulation.latency,
        ..Link::default()
    };
    let world = World::new(simulation.seed)
        .with_link(link)
        .with_patience(demo.plan.mail_patience())
        .without_transcript();
    let mut mailboxes = world.mailboxes(&parties, RunId([1; 16])).into_iter();

    let protection = Protection::new((&demo.plan, &demo.task), simulation.seed);
    let mail = mailboxes.next().context("the coordinator has a mailbox")?;
    let aggregating = aggregate(mail, demo, &contributors, &protection);
    let contributing = join_all(
        demo.hospitals
            .iter()
            .zip(mailboxes)
            .map(|(hospital, mail)| contribute(mail, demo, hospital, &protection)),
    );
    let (aggregated, contributed) = join(aggregating, contributing).await;
    // A hospital's own error says more than the coordinator's that it went missing.
    let hospitals = contributed.into_iter().collect::<anyhow::Result<_>>()?;
    Ok(Run {
        hospitals,
        ..aggregated?
    })
}

async fn aggregate(
    mail: Mailbox,
    demo: &Demo,
    contributors: &[PartyId],
    protection: &Protection,
) -> anyhow::Result<Run> {
    let (glm, regression) = (&demo.glm, demo.regression());
    let mut sums = protection.aggregator()?;
    let training = Training::begin(regression, Phase::Fit.first_sum());
    let here = mail.scope(Phase::Fit.name());
    let hear = &mut |_: &_| ();
    let fit = consilium_glm::aggregate(&here, contributors, regression, training, &mut sums, hear);
    let fit = fit.await?;
    let contributors = &fit.contributors;
    let here = mail.scope(Phase::Evaluation.name());
    let what = (regression, &fit.model());
    let overall = measures(&here, contributors, what, Phase::Evaluation, &mut sums).await?;
    let mut opened = u64::from(fit.sums) + 2;
    let mut averaged = None;
    if let Some(schedule) = &glm.comparison.fedavg {
        let here = mail.scope(Phase::Fedavg.name());
        let arm = (schedule, Phase::Fedavg.first_sum());
        let models = averaging::aggregate(&here, contributors, regression, arm, &mut sums).await?;
        let here = here.scope(Phase::Evaluation.name());
        let last = models.last().context("there is a model")?;
        let what = (regression, last);
        let measured = measures(&here, contributors, what, Phase::Fedavg, &mut sums).await?;
        opened += models.len() as u64 + 2;
        averaged = Some(measured);
    }
    drop(here);
    let coordinator = mail.finish();
    Ok(Run {
        fit,
        overall,
        averaged,
        sums: opened,
        hospitals: Vec::new(),
        coordinator,
    })
}

/// Measures the model of a phase over all hospitals' test rows.
async fn measures(
    mail: &Mailbox,
    contributors: &[PartyId],
    what: (&Regression, &Candidate),
    phase: Phase,
    sums: &mut impl Open,
) -> anyhow::Result<Evaluation> {
    let first = phase.first_sum_of_measures();
    let (regression, model) = what;
    let what = (&regression.subject(), model);
    let measures = evaluation::aggregate(mail, contributors, what, first, sums).await?;
    measures
        .classes()
        .context("a logistic regression has other measures")
}

async fn contribute(
    mail: Mailbox,
    demo: &Demo,
    hospital: &Hospital,
    protection: &Protection,
) -> anyhow::Result<HospitalRun> {
    let party = hospital.party.clone();
    let work = async {
        let (glm, regression) = (&demo.glm, demo.regression());
        let mut sums = protection.contributor(&party)?;
        let chance = |number| protection.chance(&party, number);
        let (aggregator, train) = (demo.plan.coordinator(), &hospital.train.table);
        let here = mail.scope(Phase::Fit.name());
        let (rows, first) = ((regression, train), Phase::Fit.first_sum());
        let fit = consilium_glm::contribute(&here, aggregator, rows, first, &chance, &mut sums);
        let fit = fit.await?;
        let test = &hospital.test.table;
        let scored = test.score(|features| fit.predict(features));
        let here = mail.scope(Phase::Evaluation.name());
        let subject = regression.subject();
        let rows = (&subject, &fit.model(), &scored[..]);
        let first = Phase::Evaluation.first_sum_of_measures();
        evaluation::contribute(&here, aggregator, rows, first, &chance, &mut sums).await?;
        if let Some(schedule) = &glm.comparison.fedavg {
            let here = mail.scope(Phase::Fedavg.name());
            let (rows, arm) = ((regression, train), (schedule, Phase::Fedavg.first_sum()));
            let model =
                averaging::contribute(&here, aggregator, rows, arm, &chance, &mut sums).await?;
            let family = regression.specification().family;
            let scored = test.score(|features| model.predict(family, features));
            let here = here.scope(Phase::Evaluation.name());
            let rows = (&subject, &model, &scored[..]);
            let first = Phase::Fedavg.first_sum_of_measures();
            evaluation::contribute(&here, aggregator, rows, first, &chance, &mut sums).await?;
        }
        anyhow::Ok(())
    };
    // Its state is too large for the stack of those who await it.
    Box::pin(work)
        .await
        .with_context(|| format!("at {party}"))?;
    Ok(HospitalRun {
        party,
        account: mail.finish(),
    })
}
