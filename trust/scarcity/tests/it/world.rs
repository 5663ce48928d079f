//! Made-up hospitals, and worlds to run in.

use std::time::Duration;

use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::{Account, Mailbox, PartyId, Quorum, mem};
use consilium_scarcity::{
    Agreement, Bins, Column, Entities, Noise, Opened, Outcome, Own, Rows, ScarcityError, Sketch,
    Specification, Values, aggregate, contribute,
};
use consilium_secagg::{
    Contribute, Open, SumNumber,
    plain::{PlainAggregator, PlainContributor},
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

/// Age, smoker, ward, cost, diagnosis.
pub(crate) fn specification() -> Specification {
    let column = |name: &str, bins| Column {
        name: name.to_owned(),
        bins,
    };
    let levels = |count: usize| (0..count).map(|at| format!("l{at}")).collect();
    Specification {
        columns: vec![
            column("age", Bins::Cuts(vec![18.0, 40.0, 65.0, 80.0])),
            column("smoker", Bins::Boolean),
            column("ward", Bins::Levels(levels(4))),
            column("cost", Bins::Cuts(vec![100.0, 1_000.0, 10_000.0])),
            column("diagnosis", Bins::Levels(levels(12))),
        ],
        pseudo: 0.5,
        noise: Noise {
            epsilon: 1.0,
            delta: 1e-6,
            honest: 3,
        },
        sketch: None,
        most_rows: 100_000,
        most_contributors: 6,
    }
}

/// The same with entities counted in so many buckets.
pub(crate) fn counting(buckets: u32, entities: u64) -> Specification {
    Specification {
        sketch: Some(Sketch {
            buckets,
            entities,
            falsely: 0.02,
        }),
        ..specification()
    }
}

/// Uniform between 0 and 1.
pub(crate) fn uniform(rng: &mut ChaCha20Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Makes rows up: wards follow age, costs follow wards; that share has the last diagnosis, of the oldest
/// and most expensive, which else hardly anybody has.
pub(crate) fn rows(agreement: &Agreement, (count, rare): (usize, f64), seed: u64) -> Rows {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (mut ages, mut smokers, mut wards, mut costs, mut diagnoses) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..count {
        let is_rare = uniform(&mut rng) < rare;
        let age = if is_rare {
            90.0
        } else {
            100.0 * uniform(&mut rng).powf(0.7)
        };
        let ward = ((age / 30.0 + 1.5 * uniform(&mut rng)) as u32).min(3);
        let cost = (3.0 + 2.0 * f64::from(ward) + 2.0 * uniform(&mut rng)).exp();
        let diagnosis = if is_rare {
            11
        } else {
            (11.0 * uniform(&mut rng).powi(2)) as u32
        };
        let is_missing = uniform(&mut rng) < 0.1;
        ages.push(if is_missing { f64::NAN } else { age });
        smokers.push((!is_rare).then_some(uniform(&mut rng) < 0.3));
        wards.push(Some(ward));
        costs.push(if is_rare { 1e6 } else { cost });
        diagnoses.push(Some(diagnosis));
    }
    let values = [
        Values::Numbers(ages),
        Values::Booleans(smokers),
        Values::Levels(wards),
        Values::Numbers(costs),
        Values::Levels(diagnoses),
    ];
    Rows::new(agreement, &values).unwrap()
}

/// Digests of made-up people of those numbers.
pub(crate) fn people(numbers: impl IntoIterator<Item = u64>) -> Entities {
    let digest = |number: u64| -> Digest { Tagged::new("test.person").number(number).digest() };
    Entities::new(numbers.into_iter().map(digest).collect())
}

/// What each hospital brings: rows, and people where they are counted.
pub(crate) type House = (Rows, Option<Entities>);

/// That many hospitals of some thousand rows each that are alike; people overlap in part.
pub(crate) fn houses(agreement: &Agreement, hospitals: usize, seed: u64) -> Vec<House> {
    let is_counted = agreement.specification().sketch.is_some();
    let house = |place: usize| {
        let at = place as u64;
        let rows = rows(agreement, (3_000 + 500 * place, 0.0), seed + at);
        (rows, is_counted.then(|| people(at * 100..at * 100 + 150)))
    };
    (0..hospitals).map(house).collect()
}

pub(crate) fn seed(place: usize) -> Seed {
    Seed::from_bytes([u8::try_from(place).unwrap() + 1; 32])
}

/// What a run gives each contributor, and the aggregator.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) outcomes: Vec<Result<Outcome, ScarcityError>>,
    pub(crate) aggregated: Result<Opened, ScarcityError>,
    /// What it cost, the aggregator first.
    pub(crate) accounts: Vec<Account>,
}

impl Ran {
    pub(crate) fn outcome(&self, place: usize) -> &Outcome {
        self.outcomes[place].as_ref().unwrap()
    }

    pub(crate) fn excess(&self, place: usize) -> f64 {
        self.outcome(place).surprisal.as_ref().unwrap().excess
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
fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// Runs over sums without protection.
pub(crate) async fn plain(agreement: &Agreement, houses: &[House]) -> Ran {
    let seeds: Vec<Seed> = (0..houses.len()).map(seed).collect();
    plain_with(agreement, houses, &seeds).await
}

/// Runs over sums without protection, hospitals having those secrets.
pub(crate) async fn plain_with(agreement: &Agreement, houses: &[House], seeds: &[Seed]) -> Ran {
    let parties = parties(houses.len());
    let sums = plain_sums(&parties);
    run(mem::mailboxes(&parties), sums, (agreement, houses, seeds)).await
}

/// Runs over mailboxes, the aggregator's first.
pub(crate) async fn run(
    mailboxes: Vec<Mailbox>,
    (mut sum, sums): (impl Open + Send, Vec<impl Contribute + Send>),
    (agreement, houses, seeds): (&Agreement, &[House], &[Seed]),
) -> Ran {
    let parties = parties(houses.len());
    let (aggregator, roster) = parties.split_first().unwrap();
    let mut mailboxes = mailboxes.into_iter();
    let mail = mailboxes.next().unwrap();
    let opening = async {
        let opened = sendable(aggregate(&mail, roster, agreement, FIRST, &mut sum)).await;
        let account = mail.account();
        if opened.is_ok() {
            mail.finish();
        }
        (opened, account)
    };
    let members = mailboxes.zip(sums).zip(houses.iter().zip(seeds));
    let members = members.map(|((mail, mut sum), ((rows, entities), seed))| async move {
        let own = Own {
            agreement,
            rows,
            entities: entities.as_ref(),
            seed,
        };
        let work = contribute(&mail, (aggregator, roster), own, FIRST, &mut sum);
        let outcome = sendable(work).await;
        let account = mail.account();
        if outcome.is_ok() {
            mail.finish();
        }
        (outcome, account)
    });
    let contributing = futures_util::future::join_all(members);
    let ((aggregated, account), contributed) = tokio::join!(opening, contributing);
    let (outcomes, accounts): (Vec<_>, Vec<_>) = contributed.into_iter().unzip();
    Ran {
        outcomes,
        aggregated,
        accounts: [vec![account], accounts].concat(),
    }
}
