//! Made-up hospitals: tables of every kind of column, and worlds to run in.

use std::time::Duration;

use consilium_base::Seed;
use consilium_mailbox::{Account, Mailbox, PartyId, Quorum, mem};
use consilium_secagg::{
    Contribute, Open, SumNumber,
    plain::{PlainAggregator, PlainContributor},
};
use consilium_statistics::{
    Agreement, Column, Kind, Mode, Outcome, Specification, StatisticsError, Table, Values,
    aggregate, contribute,
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

pub(crate) const FIRST: SumNumber = SumNumber(3);

/// `aggregator` and that many hospitals.
pub(crate) fn parties(contributors: usize) -> Vec<PartyId> {
    let hospitals = (0..contributors).map(|place| format!("hospital-{place}"));
    std::iter::once("aggregator".to_owned())
        .chain(hospitals)
        .map(|name| name.parse().unwrap())
        .collect()
}

pub(crate) fn column(name: &str, kind: Kind) -> Column {
    Column {
        name: name.to_owned(),
        kind,
    }
}

/// Age, cost, died, smoker, sex, diagnosis; half-years.
pub(crate) fn specification() -> Specification {
    let levels = ["f", "m", "x"].map(str::to_owned).to_vec();
    Specification {
        columns: vec![
            column("age", Kind::Integer { low: 0, high: 110 }),
            column(
                "cost",
                Kind::Number {
                    low: 0.0,
                    high: 1e5,
                },
            ),
            column("died", Kind::Boolean),
            column("smoker", Kind::Boolean),
            column("sex", Kind::Category { levels }),
            column(
                "diagnosis",
                Kind::Code {
                    longest: 16,
                    most: 60,
                },
            ),
            column(
                "weight",
                Kind::Number {
                    low: 1.0,
                    high: 300.0,
                },
            ),
        ],
        label: Some(2),
        periods: ["2025-1", "2025-2", "2026-1"].map(str::to_owned).to_vec(),
        quantiles: vec![0.05, 0.25, 0.5, 0.75, 0.95],
        quantile_error: 0.001,
        correlations: true,
        minimum_cell: 10,
        mode: Mode::Exact,
        most_rows: 10_000,
        most_contributors: 5,
    }
}

/// Uniform between 0 and 1.
pub(crate) fn uniform(rng: &mut ChaCha20Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Rows of one hospital, column by column, NaN where there is no value; the period behind them.
pub(crate) type Raw = Vec<Vec<f64>>;

/// Makes rows up; that share of values is missing.
pub(crate) fn raw(rows: usize, missing: f64, seed: u64) -> Raw {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut columns = vec![Vec::new(); 8];
    for _ in 0..rows {
        let age = (100.0 * uniform(&mut rng).powf(0.7)).floor();
        let bell = (0..12).map(|_| uniform(&mut rng)).sum::<f64>() - 6.0;
        let row = [
            age,
            (6.0 + 0.02 * age + bell).exp(),
            f64::from(uniform(&mut rng) < age / 200.0),
            f64::from(uniform(&mut rng) < 0.3),
            (uniform(&mut rng) * 2.2).floor(),
            (400.0 * uniform(&mut rng).powi(3)).floor(),
            (60.0 + 15.0 * bell + 0.1 * age).max(2.0),
        ];
        for (column, value) in columns.iter_mut().zip(row) {
            let is_missing = uniform(&mut rng) < missing;
            column.push(if is_missing { f64::NAN } else { value });
        }
        columns[7].push((uniform(&mut rng) * 3.0).floor());
    }
    columns
}

/// Brings made-up rows into a table.
pub(crate) fn table(agreement: &Agreement, raw: &Raw) -> Table {
    let bits = |column: &[f64]| {
        let bit = |value: &f64| (!value.is_nan()).then_some(*value > 0.5);
        Values::Booleans(column.iter().map(bit).collect())
    };
    let level = |value: &f64| (!value.is_nan()).then_some(*value as u32);
    let code = |value: &f64| (!value.is_nan()).then(|| format!("I{value:03}").into());
    let values = vec![
        Values::Numbers(raw[0].clone()),
        Values::Numbers(raw[1].clone()),
        bits(&raw[2]),
        bits(&raw[3]),
        Values::Levels(raw[4].iter().map(level).collect()),
        Values::Codes(raw[5].iter().map(code).collect()),
        Values::Numbers(raw[6].clone()),
    ];
    Table::new(agreement, values, raw[7].iter().map(level).collect()).unwrap()
}

/// That many hospitals of a few hundred rows.
pub(crate) fn raws(hospitals: usize, seed: u64) -> Vec<Raw> {
    let rows = |place: usize| 250 + 120 * place;
    (0..hospitals)
        .map(|place| raw(rows(place), 0.1, seed + place as u64))
        .collect()
}

pub(crate) fn tables(agreement: &Agreement, raws: &[Raw]) -> Vec<Table> {
    raws.iter().map(|raw| table(agreement, raw)).collect()
}

pub(crate) fn seed(place: usize) -> Seed {
    Seed::from_bytes([u8::try_from(place).unwrap() + 1; 32])
}

/// What a run gives each contributor, and the aggregator.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) outcomes: Vec<Result<Outcome, StatisticsError>>,
    pub(crate) aggregated: Result<Vec<PartyId>, StatisticsError>,
    /// What it cost, the aggregator first.
    pub(crate) accounts: Vec<Account>,
}

impl Ran {
    /// Gives the one outcome's findings that all have.
    pub(crate) fn findings(&self) -> &consilium_statistics::Findings {
        let mut all = self
            .outcomes
            .iter()
            .map(|outcome| &outcome.as_ref().unwrap().findings);
        let first = all.next().unwrap();
        assert!(all.all(|findings| findings == first), "all have the same");
        first
    }
}

/// Gives sums without protection.
pub(crate) fn plain_sums(parties: &[PartyId]) -> (PlainAggregator, Vec<PlainContributor>) {
    let (aggregator, roster) = parties.split_first().unwrap();
    let sum = PlainAggregator {
        contributors: roster.to_vec(),
        quorum: Quorum {
            at_least: 3,
            within: Duration::from_secs(20),
        },
    };
    let member = |_| PlainContributor {
        aggregator: aggregator.clone(),
    };
    (sum, roster.iter().map(member).collect())
}

/// Daemons move their work between threads; what can't be moved doesn't compile.
pub(crate) fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// Runs over sums without protection.
pub(crate) async fn plain(agreement: &Agreement, tables: &[Table]) -> Ran {
    let parties = parties(tables.len());
    let sums = plain_sums(&parties);
    run(mem::mailboxes(&parties), sums, (agreement, tables)).await
}

/// Runs over mailboxes, the aggregator's first.
pub(crate) async fn run(
    mailboxes: Vec<Mailbox>,
    (mut sum, sums): (impl Open, Vec<impl Contribute>),
    (agreement, tables): (&Agreement, &[Table]),
) -> Ran {
    let parties = parties(tables.len());
    let (aggregator, roster) = parties.split_first().unwrap();
    let mut mailboxes = mailboxes.into_iter();
    let mail = mailboxes.next().unwrap();
    let opening = async {
        let found = aggregate(&mail, roster, agreement, FIRST, &mut sum).await;
        let account = mail.account();
        if found.is_ok() {
            mail.finish();
        }
        (found, account)
    };
    let contributing = contributing(
        mailboxes.zip(sums).collect(),
        aggregator,
        (agreement, tables),
    );
    let ((aggregated, account), contributed) = tokio::join!(opening, contributing);
    let (outcomes, accounts): (Vec<_>, Vec<_>) = contributed.into_iter().unzip();
    Ran {
        outcomes,
        aggregated,
        accounts: [vec![account], accounts].concat(),
    }
}

/// Runs the contributors alone.
pub(crate) async fn contributing(
    members: Vec<(Mailbox, impl Contribute)>,
    aggregator: &PartyId,
    (agreement, tables): (&Agreement, &[Table]),
) -> Vec<(Result<Outcome, StatisticsError>, Account)> {
    let roster = &parties(tables.len())[1..];
    let members = members.into_iter().zip(tables).enumerate();
    let members = members.map(|(place, ((mail, mut sum), table))| async move {
        let seed = seed(place);
        let own = (agreement, table, &seed);
        let found = contribute(&mail, (aggregator, roster), own, FIRST, &mut sum).await;
        let account = mail.account();
        if found.is_ok() {
            mail.finish();
        }
        (found, account)
    });
    futures_util::future::join_all(members).await
}
