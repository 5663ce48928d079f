//! Made-up studies and the federation that runs them.

use std::time::Duration;

use consilium_evaluation::Range;
use consilium_glm::{
    Column, ConstantColumns, Family, Fit, GlmError, Kind, Published, Regression, Specification,
    Table, Training, aggregate, contribute,
};
use consilium_mailbox::{Mailbox, PartyId, Quorum, mem};
use consilium_secagg::{
    Bits, Contribute, Open, SumNumber,
    plain::{PlainAggregator, PlainContributor},
};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

pub(crate) fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

/// `aggregator` and that many hospitals.
pub(crate) fn parties(contributors: usize) -> Vec<PartyId> {
    let hospitals = (0..contributors).map(|place| party(&format!("hospital-{place}")));
    std::iter::once(party("aggregator"))
        .chain(hospitals)
        .collect()
}

pub(crate) fn number(name: &str, low: f64, high: f64) -> Column {
    let kind = Kind::Number(Range::new(low, high).unwrap());
    Column {
        name: name.into(),
        kind,
        mark_missing: false,
    }
}

pub(crate) fn binary(name: &str) -> Column {
    Column {
        name: name.into(),
        kind: Kind::Binary,
        mark_missing: false,
    }
}

pub(crate) fn specification(family: Family, columns: Vec<Column>) -> Specification {
    let labels = match family {
        Family::Gaussian => Range::new(-1000.0, 1000.0),
        Family::Logistic => Range::new(0.0, 1.0),
        Family::Poisson => Range::new(0.0, 500.0),
        Family::Gamma => Range::new(0.0, 1e6),
    };
    Specification {
        family,
        columns,
        labels: labels.unwrap(),
        penalty: 0.0,
        minimum_count: 10,
        partitions: Vec::new(),
        constant_columns: ConstantColumns::Refuse,
        most_rows: 100_000,
        most_contributors: 5,
        bits: Bits::WIDEST,
        steps: None,
        noise: None,
    }
}

/// The same regression but for what `change` does.
pub(crate) fn respecified(
    regression: &Regression,
    change: impl FnOnce(&mut Specification),
) -> Regression {
    let mut spec = regression.specification().clone();
    change(&mut spec);
    Regression::try_from(spec).unwrap()
}

/// Uniform between 0 and 1.
pub(crate) fn uniform(rng: &mut ChaCha20Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

pub(crate) fn normal(rng: &mut ChaCha20Rng) -> f64 {
    (-2.0 * uniform(rng).max(1e-300).ln()).sqrt() * (std::f64::consts::TAU * uniform(rng)).cos()
}

/// A regression on age, a marker that is often missing, a score and sex, and its rows at each
/// contributor; the parties' patients differ.
pub(crate) fn study(family: Family, rows: &[usize], seed: u64) -> (Regression, Vec<Table>) {
    let mut columns = vec![
        number("age", 0.0, 120.0),
        number("marker", -50.0, 50.0),
        number("score", -9.0, 9.0),
    ];
    columns.push(binary("sex"));
    columns[1].mark_missing = true;
    let regression = Regression::try_from(specification(family, columns)).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let tables = rows.iter().enumerate();
    let tables = tables.map(|(place, rows)| table(&regression, family, place, *rows, &mut rng));
    let tables = tables.collect();
    (regression, tables)
}

fn table(
    regression: &Regression,
    family: Family,
    place: usize,
    rows: usize,
    rng: &mut ChaCha20Rng,
) -> Table {
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..rows {
        let age = (45.0 + 6.0 * place as f64 + 12.0 * normal(rng)).clamp(0.0, 120.0);
        let marker = (2.0 + 0.1 * age + 3.0 * normal(rng)).clamp(-50.0, 50.0);
        let score = normal(rng).clamp(-9.0, 9.0);
        let sex = f64::from(uniform(rng) < 0.3 + 0.1 * place as f64);
        let missing = uniform(rng) < 0.15;
        let predictor = 0.02 * (age - 50.0) + 0.1 * (marker - 7.0) - 0.5 * score + 0.4 * sex;
        features.extend([age, if missing { f64::NAN } else { marker }, score, sex]);
        labels.push(label(family, predictor, rng));
    }
    Table::new(regression, features, labels).unwrap()
}

fn label(family: Family, predictor: f64, rng: &mut ChaCha20Rng) -> f64 {
    let mean = family.mean(predictor);
    match family {
        Family::Gaussian => 30.0 + 12.0 * (mean + normal(rng)),
        Family::Logistic => f64::from(uniform(rng) < mean),
        Family::Poisson => {
            let (mut count, mut product) = (0.0, uniform(rng));
            while product > (-mean).exp() {
                count += 1.0;
                product *= uniform(rng);
            }
            count
        }
        // Of shape 2: the sum of two exponentials.
        Family::Gamma => -400.0 * mean * (uniform(rng) * uniform(rng)).max(1e-12).ln() / 2.0,
    }
}

/// What each party of a fit came to.
pub(crate) struct Outcome {
    pub(crate) aggregator: Result<Fit, GlmError>,
    pub(crate) contributors: Vec<Result<Published, GlmError>>,
}

/// Fits in memory.
pub(crate) async fn fit(regression: &Regression, tables: &[Table]) -> Outcome {
    let mail = mem::mailboxes(&parties(tables.len()));
    fit_with(mail, tables.len(), regression, tables).await
}

/// Fits with the aggregator's mailbox and the contributors', of whom `quorum` suffice.
pub(crate) async fn fit_with(
    mail: Vec<Mailbox>,
    quorum: usize,
    regression: &Regression,
    tables: &[Table],
) -> Outcome {
    let contributors: Vec<PartyId> = mail[1..].iter().map(|mail| mail.me().clone()).collect();
    let aggregator = mail[0].me().clone();
    let quorum = Quorum {
        at_least: quorum,
        within: Duration::from_secs(5),
    };
    let members = contributors.iter().map(|_| PlainContributor {
        aggregator: aggregator.clone(),
    });
    let members = members.collect();
    let sum = PlainAggregator {
        contributors,
        quorum,
    };
    fit_through(mail, (sum, members), regression, tables).await
}

/// Fits through any kind of sum.
pub(crate) async fn fit_through(
    mut mail: Vec<Mailbox>,
    (mut sum, members): (impl Open + Send, Vec<impl Contribute + Send + 'static>),
    regression: &Regression,
    tables: &[Table],
) -> Outcome {
    let aggregator = mail.remove(0);
    let name = aggregator.me().clone();
    let contributors: Vec<PartyId> = mail.iter().map(|mail| mail.me().clone()).collect();
    let mut hospitals = Vec::new();
    for (place, ((mail, table), mut sum)) in mail.into_iter().zip(tables).zip(members).enumerate() {
        let (name, regression, table) = (name.clone(), regression.clone(), table.clone());
        hospitals.push(tokio::spawn(async move {
            let rounding =
                |sum: SumNumber| ChaCha20Rng::seed_from_u64(u64::from(sum.0) << 8 | place as u64);
            let (rows, first) = ((&regression, &table), SumNumber(0));
            let fit = contribute(&mail, &name, rows, first, &rounding, &mut sum).await;
            if fit.is_ok() {
                mail.finish();
            }
            fit
        }));
    }
    let training = Training::begin(regression, SumNumber(0));
    let mut turns = Vec::new();
    let mut hear = |training: &Training| turns.push(training.question().map(|(sum, _)| sum));
    let aggregating = aggregate(
        &aggregator,
        &contributors,
        regression,
        training,
        &mut sum,
        &mut hear,
    );
    let fit = sendable(aggregating).await;
    if let Ok(fit) = &fit {
        let sums = (0..fit.sums).map(|number| Some(SumNumber(number)));
        let told: Vec<_> = sums.chain([None]).collect();
        assert_eq!(turns, told, "whoever watches hears of each turn");
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

/// Daemons move their work between threads; what can't be moved doesn't compile.
pub(crate) fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// The largest difference of raw coefficients and errors in relation to their size.
pub(crate) fn distance(one: &Fit, other: &Fit) -> f64 {
    assert_eq!(one.estimates.len(), other.estimates.len());
    let relative = |a: f64, b: f64| (a - b).abs() / b.abs();
    let pairs = one.estimates.iter().zip(&other.estimates);
    let apart = pairs.map(|(a, b)| {
        relative(a.coefficient, b.coefficient).max(relative(a.standard_error, b.standard_error))
    });
    apart.fold(0.0, f64::max)
}
