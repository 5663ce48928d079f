//! Hospitals that have fitted a regression and value their rows, in any world.

use std::time::Duration;

use consilium_evaluation::Range;
use consilium_glm::{
    Candidate, Column, ConstantColumns, Family, Kind, Regression, Specification, Table, local,
};
use consilium_mailbox::{Frame, PartyId, Quorum, RunId, sim::World};
use consilium_secagg::{
    Bits, SumNumber,
    plain::{PlainAggregator, PlainContributor},
};
use consilium_value::{
    Coalesced, Method, Totals, Valuation, ValueError, Valued, aggregate, contribute,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

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

/// Uniform between 0 and 1.
pub(crate) fn uniform(rng: &mut ChaCha20Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

pub(crate) fn normal(rng: &mut ChaCha20Rng) -> f64 {
    (0..12).map(|_| uniform(rng)).sum::<f64>() - 6.0
}

/// A regression on a score and on sex.
pub(crate) fn regression(family: Family) -> Regression {
    let labels = match family {
        Family::Gaussian => Range::new(-100.0, 100.0),
        Family::Logistic => Range::new(0.0, 1.0),
        Family::Poisson => Range::new(0.0, 60.0),
        Family::Gamma => Range::new(0.0, 1000.0),
    };
    let column = |name: &str, kind| Column {
        name: name.to_owned(),
        kind,
        mark_missing: false,
    };
    let score = Kind::Number(Range::new(-8.0, 8.0).unwrap());
    Regression::try_from(Specification {
        family,
        columns: vec![column("score", score), column("sex", Kind::Binary)],
        labels: labels.unwrap(),
        penalty: 0.5,
        minimum_count: 10,
        partitions: Vec::new(),
        constant_columns: ConstantColumns::Refuse,
        most_rows: 10_000,
        most_contributors: 8,
        bits: Bits::WIDEST,
        steps: None,
        noise: None,
    })
    .unwrap()
}

/// Rows of one hospital; where `poisoned`, labels say the contrary of what they should.
pub(crate) fn rows(family: Family, rows: usize, poisoned: bool, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..rows {
        let score = normal(&mut rng);
        let sex = f64::from(uniform(&mut rng) < 0.4);
        let sign = if poisoned { -1.0 } else { 1.0 };
        let mean = family.mean(sign * (0.8 * score - 0.6 * sex) + 0.2);
        features.extend([score, sex]);
        labels.push(match family {
            Family::Gaussian => 10.0 + 5.0 * (mean + normal(&mut rng)),
            Family::Logistic => f64::from(uniform(&mut rng) < mean),
            Family::Poisson => (mean * 2.0 * uniform(&mut rng)).round().min(60.0),
            Family::Gamma => (mean * (0.5 + uniform(&mut rng))).clamp(0.01, 1000.0),
        });
    }
    (features, labels)
}

/// What hospitals have, and what they agreed on.
pub(crate) struct Study {
    pub(crate) regression: Regression,
    pub(crate) model: Candidate,
    pub(crate) fitted: Vec<Table>,
    pub(crate) judging: Vec<Table>,
    pub(crate) contributors: Vec<PartyId>,
    pub(crate) judges: Vec<PartyId>,
    pub(crate) method: Method,
    pub(crate) has_converged: bool,
}

/// What each party of a run came to.
pub(crate) struct Ended {
    pub(crate) aggregator: Result<(Totals, Option<Coalesced>), ValueError>,
    pub(crate) contributors: Vec<Result<Valued, ValueError>>,
}

impl Study {
    /// Hospitals with that many rows each, of which the last is poisoned; the others judge.
    pub(crate) fn of(family: Family, sizes: &[usize], method: Method) -> Study {
        let regression = regression(family);
        let table = |place: usize, size: usize, seed: u64| {
            let poisoned = place + 1 == sizes.len();
            let (features, labels) = rows(family, size, poisoned, seed + place as u64);
            Table::new(&regression, features, labels).unwrap()
        };
        let tables = |part: usize, seed: u64| -> Vec<Table> {
            let sizes = sizes.iter().enumerate();
            sizes
                .map(|(place, size)| table(place, size / part, seed))
                .collect()
        };
        let (fitted, judging) = (tables(1, 10), tables(2, 50));
        Study::with(regression, fitted, judging, method)
    }

    pub(crate) fn with(
        regression: Regression,
        fitted: Vec<Table>,
        judging: Vec<Table>,
        method: Method,
    ) -> Study {
        let fit = local::fit(&regression, &fitted.iter().collect::<Vec<_>>()).unwrap();
        let contributors = parties(fitted.len()).split_off(1);
        Study {
            model: fit.model(),
            judges: contributors[..contributors.len() - 1].to_vec(),
            contributors,
            regression,
            fitted,
            judging,
            method,
            has_converged: true,
        }
    }

    pub(crate) fn logistic(method: Method) -> Study {
        Study::of(Family::Logistic, &[1200, 900, 1050, 960, 900], method)
    }

    pub(crate) fn valuation(&self) -> Valuation<'_> {
        Valuation {
            regression: &self.regression,
            model: &self.model,
            has_converged: self.has_converged,
            contributors: &self.contributors,
            judges: &self.judges,
            colluding: 1,
            method: self.method,
        }
    }

    /// Runs it once, sums in the clear.
    pub(crate) async fn run(&self, world: &World) -> Ended {
        let all = parties(self.fitted.len());
        let mut mails = world.mailboxes(&all, RunId([7; 16]));
        let at_aggregator = mails.remove(0);
        let name = at_aggregator.me().clone();
        let work = mails.into_iter().enumerate().map(|(place, mail)| {
            let (name, valuation) = (name.clone(), self.valuation());
            let tables = (&self.fitted[place], &self.judging[place]);
            async move {
                let rounding = |sum: SumNumber| {
                    ChaCha20Rng::seed_from_u64(u64::from(sum.0) << 8 | place as u64)
                };
                let mut sum = PlainContributor {
                    aggregator: name.clone(),
                };
                let number = SumNumber(0);
                let valuing = contribute(
                    &mail, &name, &valuation, tables, number, &rounding, &mut sum,
                );
                let result = sendable(valuing).await;
                // In good order, or by leaving.
                if result.is_ok() {
                    mail.finish();
                }
                result
            }
        });
        let contributors = futures_util::future::join_all(work);
        let valuation = self.valuation();
        let aggregating = async move {
            let quorum = Quorum {
                at_least: self.contributors.len(),
                within: Duration::from_secs(5),
            };
            let mut sum = PlainAggregator {
                contributors: self.contributors.clone(),
                quorum,
            };
            let mut rng = ChaCha20Rng::seed_from_u64(1);
            let valuing = aggregate(&at_aggregator, &valuation, SumNumber(0), &mut sum, &mut rng);
            let result = sendable(valuing).await;
            if result.is_ok() {
                at_aggregator.finish();
            }
            result
        };
        let (aggregator, contributors) =
            futures_util::future::join(aggregating, contributors).await;
        Ended {
            aggregator,
            contributors,
        }
    }
}

/// Daemons move their work between threads; what can't be moved doesn't compile.
fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// The frame's body.
pub(crate) fn body(frame: &Frame) -> &[u8] {
    match &frame.content {
        consilium_mailbox::Content::Body(body) => body,
        consilium_mailbox::Content::Aborted(_) => &[],
    }
}
