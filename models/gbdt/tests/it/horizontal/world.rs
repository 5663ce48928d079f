//! Made-up studies and the federation that runs them.

use std::ops::ControlFlow;

use consilium_base::Seed;
use consilium_evaluation::Range;
use consilium_gbdt::{
    Boosting, Cuts, Growing, Objective, Segment, Specification, Table,
    horizontal::{
        Agreement, Feature, HorizontalError, Keep, Shared, Values, aggregate, contribute,
    },
    local,
    training::{Fit, Published, Training},
};
use consilium_mailbox::{Mailbox, PartyId, mem};
use consilium_secagg::{Contribute, Open, SumNumber, plain::PlainContributor};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use tokio::task::JoinHandle;

use super::shrinking::put_together;
use crate::parties::{leave, sendable};
pub(crate) use crate::parties::{party, plain};

/// `aggregator` and that many hospitals.
pub(crate) fn parties(contributors: usize) -> Vec<PartyId> {
    let hospitals = crate::parties::hospitals(contributors);
    std::iter::once(party("aggregator"))
        .chain(hospitals)
        .collect()
}

/// What a hospital draws and rounds by.
pub(crate) fn seed(place: usize) -> Seed {
    Seed::from_bytes([60 + u8::try_from(place).unwrap(); 32])
}

fn column(name: &str, values: Values) -> Feature {
    Feature {
        name: name.into(),
        values,
    }
}

fn range(low: f64, high: f64) -> Range {
    Range::new(low, high).unwrap()
}

/// Eight trees of depth three.
pub(crate) fn specification(objective: Objective) -> Specification {
    Specification {
        trees: 8,
        bins: 32,
        learning_rate: 0.3,
        growth: Growing::DepthWise { depth: 3 },
        ..Specification::new(objective)
    }
}

/// Columns of every kind, one of them often missing, one often zero.
pub(crate) fn agreement(spec: Specification) -> Agreement {
    let labels = match spec.objective {
        Objective::Logistic => range(0.0, 1.0),
        Objective::Squared => range(-1e3, 1e3),
        _ => range(0.0, 1e6),
    };
    let shared = Shared {
        boosting: Boosting::try_from(spec).unwrap(),
        columns: vec![
            column("age", Values::Whole(range(0.0, 120.0))),
            column("cost", Values::Number(range(0.0, 1e6))),
            column("score", Values::Number(range(-9.0, 9.0))),
            column("sex", Values::Binary),
        ],
        labels,
        most_rows: 10_000,
        most_contributors: 5,
    };
    Agreement::try_from(shared).unwrap()
}

/// Uniform between 0 and 1.
fn uniform(rng: &mut ChaCha20Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

fn normal(rng: &mut ChaCha20Rng) -> f64 {
    (-2.0 * uniform(rng).max(1e-300).ln()).sqrt() * (std::f64::consts::TAU * uniform(rng)).cos()
}

/// Rows of each hospital, whose patients differ.
pub(crate) fn study(spec: Specification, rows: &[usize]) -> (Agreement, Vec<Table>) {
    let agreement = agreement(spec);
    let mut rng = ChaCha20Rng::seed_from_u64(11);
    let tables = rows.iter().enumerate();
    let tables = tables.map(|(place, rows)| table(&agreement, place, *rows, &mut rng));
    let tables = tables.collect();
    (agreement, tables)
}

fn table(agreement: &Agreement, place: usize, rows: usize, rng: &mut ChaCha20Rng) -> Table {
    let objective = agreement.boosting().specification().objective;
    let mut columns = vec![Vec::new(); 4];
    let mut labels = Vec::new();
    for _ in 0..rows {
        let age = (45.0 + 6.0 * place as f64 + 12.0 * normal(rng))
            .clamp(0.0, 120.0)
            .round();
        let cost = if uniform(rng) < 0.4 {
            0.0
        } else {
            (6.0 + 2.0 * normal(rng)).exp().min(1e6)
        };
        let score = normal(rng).clamp(-9.0, 9.0);
        let sex = f64::from(uniform(rng) < 0.3 + 0.1 * place as f64);
        let missing = uniform(rng) < 0.15;
        let steep = if missing {
            0.7
        } else {
            0.2 * (cost + 1.0).ln() - 1.0
        };
        let predictor = 0.03 * (age - 50.0) - 0.5 * score * sex + steep;
        labels.push(label(objective, predictor, rng));
        let cost = if missing { f64::NAN } else { cost };
        for (column, value) in columns.iter_mut().zip([age, cost, score, sex]) {
            column.push(value);
        }
    }
    agreement.table(columns, labels).unwrap()
}

fn label(objective: Objective, predictor: f64, rng: &mut ChaCha20Rng) -> f64 {
    let mean = predictor.exp();
    match objective {
        Objective::Logistic => f64::from(uniform(rng) < mean / (1.0 + mean)),
        Objective::Squared => 30.0 + 12.0 * (predictor + normal(rng)),
        Objective::Poisson => (mean * (0.5 + uniform(rng))).round(),
        Objective::Gamma => 400.0 * mean * (uniform(rng) + 0.01),
        Objective::Tweedie { .. } => 90.0 * mean * (uniform(rng) - 0.5).max(0.0),
    }
}

/// What each party of a fit came to.
pub(crate) struct Outcome {
    pub(crate) aggregator: Result<Fit, HorizontalError>,
    pub(crate) contributors: Vec<Result<Published, HorizontalError>>,
}

/// Fits in memory.
pub(crate) async fn fit(agreement: &Agreement, tables: &[Table]) -> Outcome {
    let mail = mem::mailboxes(&parties(tables.len()));
    fit_with(mail, tables.len(), agreement, tables).await
}

/// Fits with the aggregator's mailbox and the contributors', of whom `quorum` suffice.
pub(crate) async fn fit_with(
    mail: Vec<Mailbox>,
    quorum: usize,
    agreement: &Agreement,
    tables: &[Table],
) -> Outcome {
    let contributors: Vec<PartyId> = mail[1..].iter().map(|mail| mail.me().clone()).collect();
    let sum = plain(&contributors, quorum);
    let aggregator = mail[0].me().clone();
    let members = contributors.iter().map(|_| PlainContributor {
        aggregator: aggregator.clone(),
    });
    let members = members.collect();
    let training = Training::begin(agreement, SumNumber(0));
    fit_through(mail, (sum, members), (agreement, tables), training).await
}

/// Goes on with a fit through any kind of sum.
pub(crate) async fn fit_through(
    mail: Vec<Mailbox>,
    sums: (impl Open + Send, Vec<impl Contribute + Send + 'static>),
    what: (&Agreement, &[Table]),
    training: Training,
) -> Outcome {
    fit_keeping(mail, sums, what, training, &mut ()).await
}

/// Goes on with a fit and keeps it.
pub(crate) async fn fit_keeping(
    mut mail: Vec<Mailbox>,
    (mut sum, members): (impl Open + Send, Vec<impl Contribute + Send + 'static>),
    (agreement, tables): (&Agreement, &[Table]),
    training: Training,
    kept: &mut (impl Keep + Send),
) -> Outcome {
    let aggregator = mail.remove(0);
    let name = aggregator.me().clone();
    let contributors: Vec<PartyId> = mail.iter().map(|mail| mail.me().clone()).collect();
    let mut hospitals = Vec::new();
    for (place, ((mail, table), sum)) in mail.into_iter().zip(tables).zip(members).enumerate() {
        let own = (agreement.clone(), table.clone(), place);
        hospitals.push(tokio::spawn(hospital(mail, name.clone(), own, sum)));
    }
    let aggregating = aggregate(
        &aggregator,
        &contributors,
        agreement,
        training,
        &mut sum,
        kept,
    );
    let fit = sendable(aggregating).await;
    if fit.is_ok() {
        aggregator.finish();
    } else {
        drop(aggregator);
    }
    let mut outcome = Outcome {
        aggregator: fit,
        contributors: Vec::new(),
    };
    for hospital in hospitals {
        outcome.contributors.push(hospital.await.unwrap());
    }
    outcome
}

async fn hospital(
    mail: Mailbox,
    aggregator: PartyId,
    (agreement, table, place): (Agreement, Table, usize),
    mut sum: impl Contribute,
) -> Result<Published, HorizontalError> {
    let seed = seed(place);
    let own = (&agreement, &table, &seed);
    let fit = contribute(&mail, &aggregator, own, SumNumber(0), &mut sum).await;
    leave(mail, fit)
}

/// Hospitals at work, whoever may ask.
pub(crate) fn hospitals(
    mail: Vec<Mailbox>,
    agreement: &Agreement,
    tables: &[Table],
) -> Vec<JoinHandle<Result<Published, HorizontalError>>> {
    let running = mail.into_iter().zip(tables).enumerate();
    let running = running.map(|(place, (mail, table))| {
        let aggregator = parties(0).remove(0);
        let sum = PlainContributor {
            aggregator: aggregator.clone(),
        };
        let own = (agreement.clone(), table.clone(), place);
        tokio::spawn(hospital(mail, aggregator, own, sum))
    });
    running.collect()
}

/// Fits the rows of some hospitals, put one after the other, in one place.
pub(crate) fn pooled(
    agreement: &Agreement,
    places: &[usize],
    tables: &[Table],
    cuts: &Cuts,
) -> local::Fit {
    let table = put_together(agreement, tables, places);
    let segments = places.iter().map(|place| Segment {
        seed: seed(*place),
        rows: tables[*place].rows(),
    });
    let watch = |_: &_| ControlFlow::Continue(());
    local::fit_on(
        agreement.boosting(),
        &table,
        cuts,
        segments.collect(),
        watch,
    )
    .unwrap()
}
