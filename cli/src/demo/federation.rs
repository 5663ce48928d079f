//! The demo's federation: a coordinator and the hospitals, each a task of its own.

use std::time::Duration;

use anyhow::Context as _;
use consilium_glm::{Evaluation, Fit, Regression, Scored, Table, Training, evaluation};
use consilium_mailbox::{
    Account, Mailbox, PartyId, RunId,
    sim::{Link, World},
};
use consilium_secagg::SumNumber;
use futures_util::future::{join, join_all};

use super::{hospitals::Hospital, protection::Protection};

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
    pub(crate) hospitals: Vec<HospitalRun>,
    /// What it cost the coordinator.
    pub(crate) coordinator: Account,
}

/// What one hospital has afterwards, and what it cost it.
#[derive(Debug)]
pub(crate) struct HospitalRun {
    pub(crate) party: PartyId,
    /// The scores of its test rows; they stay with it.
    pub(crate) scored: Vec<Scored>,
    pub(crate) account: Account,
}

/// The coordinator's name.
pub(crate) fn coordinator() -> PartyId {
    "coordinator".parse().expect("it is a name")
}

/// Trains and evaluates one model over the hospitals' rows.
pub(crate) async fn train(
    regression: &Regression,
    hospitals: &[Hospital],
    simulation: Simulation,
) -> anyhow::Result<Run> {
    let contributors: Vec<PartyId> = hospitals.iter().map(|h| h.party.clone()).collect();
    let mut parties = vec![coordinator()];
    parties.extend_from_slice(&contributors);
    let link = Link {
        latency: simulation.latency,
        ..Link::default()
    };
    let world = World::new(simulation.seed)
        .with_link(link)
        .without_transcript();
    let mut mailboxes = world.mailboxes(&parties, RunId([1; 16])).into_iter();

    let protection = Protection::new(&contributors, simulation.seed)?;
    let mail = mailboxes.next().context("the coordinator has a mailbox")?;
    let aggregating = aggregate(mail, regression, &contributors, &protection);
    let contributing = join_all(
        hospitals
            .iter()
            .zip(mailboxes)
            .map(|(hospital, mail)| contribute(mail, regression, hospital, &protection)),
    );
    let (aggregated, contributed) = join(aggregating, contributing).await;
    // A hospital's own error says more than the coordinator's that it went missing.
    let hospitals = contributed.into_iter().collect::<anyhow::Result<_>>()?;
    let (fit, overall, coordinator) = aggregated?;
    Ok(Run {
        fit,
        overall,
        hospitals,
        coordinator,
    })
}

async fn aggregate(
    mail: Mailbox,
    regression: &Regression,
    contributors: &[PartyId],
    protection: &Protection,
) -> anyhow::Result<(Fit, Evaluation, Account)> {
    let mut sums = protection.aggregator()?;
    let training = Training::begin(SumNumber(0));
    let fitting = mail.scope("fit");
    let fit =
        consilium_glm::aggregate(&fitting, contributors, regression, training, &mut sums).await?;
    let evaluating = mail.scope("evaluation");
    let number = after(&fit);
    let overall = evaluation::aggregate(
        &evaluating,
        &fit.contributors,
        regression,
        number,
        &mut sums,
    );
    let overall = overall.await?;
    drop((fitting, evaluating));
    Ok((fit, overall, mail.finish()))
}

async fn contribute(
    mail: Mailbox,
    regression: &Regression,
    hospital: &Hospital,
    protection: &Protection,
) -> anyhow::Result<HospitalRun> {
    let party = hospital.party.clone();
    let work = async {
        let mut sums = protection.contributor(&party)?;
        let rounding = |number| protection.rounding(&party, number);
        let (aggregator, train) = (coordinator(), &hospital.train.table);
        let fitting = mail.scope("fit");
        let fit = consilium_glm::contribute(
            &fitting,
            &aggregator,
            regression,
            train,
            &rounding,
            &mut sums,
        )
        .await?;
        let scored = score(&fit, &hospital.test.table);
        let evaluating = mail.scope("evaluation");
        let drawn = (after(&fit), rounding(after(&fit)));
        evaluation::contribute(
            &evaluating,
            &aggregator,
            regression,
            &scored,
            drawn,
            &mut sums,
        )
        .await?;
        anyhow::Ok(scored)
    };
    let scored = work.await.with_context(|| format!("at {party}"))?;
    Ok(HospitalRun {
        party,
        scored,
        account: mail.finish(),
    })
}

/// The number of the sum after the fit's own.
fn after(fit: &Fit) -> SumNumber {
    SumNumber(fit.sums)
}

/// Scores rows by a fit.
pub(crate) fn score(fit: &Fit, table: &Table) -> Vec<Scored> {
    let scored = |(features, label): (&[f64], f64)| Scored {
        score: fit.predict(features),
        label: label > 0.5,
    };
    table.iter().map(scored).collect()
}
