//! The surrogate likelihood, beside the fit that it approximates.

mod faults;
mod lies;
mod parity;
mod steps;

use std::time::Duration;

use consilium_glm::{
    Fit, GlmError, Published, Regression, Table,
    surrogate::{self, Order, Surrogate},
};
use consilium_mailbox::{Mailbox, PartyId, Quorum, mem};
use consilium_secagg::{
    Contribute, Open, SumNumber,
    plain::{PlainAggregator, PlainContributor},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use tokio::task::JoinHandle;

use crate::world::{parties, sendable};

const FIRST: SumNumber = SumNumber(0);

pub(crate) fn agreed(place: usize, rounds: u32, order: Order) -> Surrogate {
    Surrogate {
        lead: format!("hospital-{place}").parse().unwrap(),
        rounds,
        order,
    }
}

fn rounding(place: usize, sum: SumNumber) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(u64::from(sum.0) << 8 | place as u64)
}

/// What each party of a fit came to.
pub(crate) struct Outcome {
    pub(crate) aggregator: Result<Fit, GlmError>,
    pub(crate) contributors: Vec<Result<Published, GlmError>>,
}

/// Approximates in memory.
async fn fit(regression: &Regression, tables: &[Table], agreed: &Surrogate) -> Outcome {
    let mail = mem::mailboxes(&parties(tables.len()));
    fit_with(mail, (regression, tables), agreed).await
}

/// Approximates with the aggregator's mailbox and the contributors'.
pub(crate) async fn fit_with(
    mail: Vec<Mailbox>,
    (regression, tables): (&Regression, &[Table]),
    agreed: &Surrogate,
) -> Outcome {
    let aggregator = mail[0].me().clone();
    let members = tables.iter().map(|_| PlainContributor {
        aggregator: aggregator.clone(),
    });
    let members = members.collect();
    let sum = adder(tables.len());
    fit_through(mail, (sum, members), (regression, tables), agreed).await
}

fn adder(contributors: usize) -> PlainAggregator {
    PlainAggregator {
        contributors: parties(contributors)[1..].to_vec(),
        quorum: Quorum {
            at_least: contributors - 1,
            within: Duration::from_secs(5),
        },
    }
}

/// Approximates through any kind of sum.
pub(crate) async fn fit_through(
    mut mail: Vec<Mailbox>,
    (mut sum, members): (impl Open + Send, Vec<impl Contribute + Send + 'static>),
    (regression, tables): (&Regression, &[Table]),
    agreed: &Surrogate,
) -> Outcome {
    let aggregator = mail.remove(0);
    let contributors: Vec<PartyId> = mail.iter().map(|mail| mail.me().clone()).collect();
    let running = hospitals(mail, members, (regression, tables), agreed);
    let what = (regression, agreed);
    let fitting = surrogate::aggregate(&aggregator, &contributors, what, FIRST, &mut sum);
    let fit = sendable(fitting).await;
    if fit.is_ok() {
        aggregator.finish();
    } else {
        drop(aggregator);
    }
    let mut outcome = Outcome {
        aggregator: fit,
        contributors: Vec::new(),
    };
    for hospital in running {
        outcome.contributors.push(hospital.await.unwrap());
    }
    outcome
}

type Hospital = JoinHandle<Result<Published, GlmError>>;

fn hospitals(
    mail: Vec<Mailbox>,
    members: Vec<impl Contribute + Send + 'static>,
    (regression, tables): (&Regression, &[Table]),
    agreed: &Surrogate,
) -> Vec<Hospital> {
    let running = mail.into_iter().zip(tables.to_vec()).zip(members);
    let running = running
        .enumerate()
        .map(|(place, ((mail, table), mut sum))| {
            let (regression, agreed) = (regression.clone(), agreed.clone());
            tokio::spawn(async move {
                let aggregator = parties(0).remove(0);
                let (rows, what) = ((&regression, &table), (&agreed, FIRST));
                let rounding = |sum| rounding(place, sum);
                let fit = if *mail.me() == agreed.lead {
                    surrogate::lead(&mail, &aggregator, rows, what, &rounding, &mut sum).await
                } else {
                    surrogate::contribute(&mail, &aggregator, rows, what, &rounding, &mut sum).await
                };
                if fit.is_ok() {
                    mail.finish();
                }
                fit
            })
        });
    running.collect()
}
