//! What a contributor keeps to itself, whatever model it is asked about.

use std::time::Duration;

use consilium_glm::{
    Cohort, Failure, Family, Fit, GlmError, MOST_SUMS, Published, Regression, Table, Training,
    aggregate_turn, announce,
    averaging::{self, Schedule},
    contribute, local, local_sums,
};
use consilium_mailbox::{Fault, Mailbox, PartyId, Quorum, mem};
use consilium_secagg::{
    Open, Opened, SumError, SumNumber, SumShape,
    plain::{PlainAggregator, PlainContributor},
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use tokio::task::JoinHandle;

use crate::world::{number, parties, specification, study};

/// Opens sums and keeps what it saw.
struct Spy {
    sum: PlainAggregator,
    seen: Vec<Vec<u64>>,
}

impl Spy {
    fn on(contributors: &[PartyId]) -> Spy {
        let quorum = Quorum {
            at_least: contributors.len(),
            within: Duration::from_secs(5),
        };
        let contributors = contributors.to_vec();
        let sum = PlainAggregator {
            contributors,
            quorum,
        };
        let seen = Vec::new();
        Spy { sum, seen }
    }
}

impl Open for Spy {
    async fn open(&mut self, mail: &Mailbox, shape: &SumShape) -> Result<Opened, SumError> {
        let opened = self.sum.open(mail, shape).await?;
        self.seen.push(opened.sum.clone());
        Ok(opened)
    }
}

/// Three hospitals of forty rows with one column; the first one's doses are far from the others'.
fn far_apart() -> (Regression, Vec<Table>) {
    let columns = vec![number("dose", 0.0, 10.0)];
    let regression = Regression::try_from(specification(Family::Logistic, columns)).unwrap();
    let table = |hospital: usize| {
        let near = if hospital == 0 { 9.0 } else { 0.0 };
        let doses = (0..40)
            .map(|row| near + f64::from(row / 2) / 20.0)
            .collect();
        // The first one's labels are all 1, the others' are balanced at every dose.
        let ill = (0..40).map(|row| f64::from(u8::from(hospital == 0 || row % 2 == 0)));
        Table::new(&regression, doses, ill.collect()).unwrap()
    };
    let tables = (0..3).map(table).collect();
    (regression, tables)
}

type Hospital = JoinHandle<Result<Published, GlmError>>;

fn hospitals(mail: Vec<Mailbox>, regression: &Regression, tables: &[Table]) -> Vec<Hospital> {
    let running = mail.into_iter().zip(tables).enumerate();
    let running = running.map(|(place, (mail, table))| {
        let (regression, table) = (regression.clone(), table.clone());
        tokio::spawn(async move {
            let aggregator = parties(0).remove(0);
            let mut sum = PlainContributor {
                aggregator: aggregator.clone(),
            };
            let rounding =
                |sum: SumNumber| ChaCha20Rng::seed_from_u64(u64::from(sum.0) << 8 | place as u64);
            let (rows, first) = ((&regression, &table), SumNumber(0));
            contribute(&mail, &aggregator, rows, first, &rounding, &mut sum).await
        })
    });
    running.collect()
}

/// Asks for the sums under the intercept 0 and a slope.
fn about(fit: &Fit, contributors: &[PartyId], slope: f64) -> Training {
    let cohort = Cohort {
        contributors: contributors.to_vec(),
        design: fit.design.clone(),
        rows: fit.rows,
        opened: 1,
        updates: 0,
        first_information: Vec::new(),
    };
    Training::Starting {
        sum: SumNumber(1),
        cohort,
        coefficients: vec![0.0, slope],
    }
}

/// Gives what the aggregator sees under a slope, and what it makes of it.
async fn seen_under(slope: f64) -> (Vec<u64>, Training) {
    let (regression, tables) = far_apart();
    let fit = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    let mut mail = mem::mailboxes(&parties(3));
    let aggregator = mail.remove(0);
    let running = hospitals(mail, &regression, &tables);
    let mut roster = parties(3)[1..].to_vec();
    let mut spy = Spy::on(&roster);
    let (turn, asking) = (aggregator.scope("turn-0"), about(&fit, &roster, slope));
    let next = aggregate_turn(&turn, &mut roster, &regression, asking, &mut spy);
    let next = next.await.unwrap();
    drop((aggregator, turn));
    for hospital in running {
        assert!(hospital.await.unwrap().is_err());
    }
    (spy.seen.remove(0), next)
}

#[tokio::test]
async fn a_model_that_one_hospital_is_beyond_tells_nothing_of_the_others() {
    let (regression, tables) = far_apart();
    let fit = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    let (seen, next) = seen_under(400.0).await;
    assert_eq!(next, Training::Failed(Failure::BeyondCaps));
    let candidate = match about(&fit, &[], 400.0).question().unwrap().1 {
        consilium_glm::Question::Sums(candidate) => candidate,
        consilium_glm::Question::Moments => panic!("moments"),
    };
    let sums = |table| local_sums(&regression, table, &candidate);
    let [first, second, third] = [0, 1, 2].map(|place| sums(&tables[place]));
    assert!(first[1] > 0.0 && second[1] == 0.0 && third[1] == 0.0);
    // The quanta as the aggregator knows them: the count of rows gives the first one.
    let largest = consilium_glm::largest_sums(&regression, 2);
    let spec = regression.specification();
    let code =
        consilium_secagg::Encoding::new(&largest, spec.most_contributors, spec.bits).unwrap();
    let opened = code.decode(&seen).unwrap();
    assert_eq!((opened[0].round(), opened[1].round()), (120.0, first[1]));
    for place in 2..opened.len() {
        let others = second[place] + third[place];
        let apart = (opened[place] - others).abs();
        // What no rows can have is as likely as any: the elements are uniform.
        assert!(apart > 1e-3 * largest[place], "{place}: {apart}");
    }
}

#[tokio::test]
async fn what_is_withheld_is_withheld_alike_when_a_sum_is_repeated() {
    assert_eq!(seen_under(400.0).await, seen_under(400.0).await);
}

#[tokio::test]
async fn a_model_within_reach_is_still_answered_by_all() {
    let (_, next) = seen_under(0.5).await;
    assert!(matches!(next, Training::Stepping { .. }), "{next:?}");
}

#[tokio::test]
async fn a_hospital_that_diverges_tells_nothing_of_the_others() {
    let (regression, tables) = far_apart();
    let schedule = Schedule {
        rounds: 1,
        epochs: 1,
        batch: usize::MAX,
        learning_rate: 1e4,
        proximal: 0.0,
    };
    let (seen, ended) = averaged(&regression, &tables, schedule, schedule).await;
    assert!(matches!(ended, Err(GlmError::Failed(Failure::Diverged))));
    // Balanced labels don't move the others' models: without the first one all would be zero.
    let round = &seen[1];
    assert!(
        round[2..].iter().all(|element| *element > 1 << 32),
        "{round:?}"
    );
    let rows_of_two = seen[0][0] / 3 * 2;
    assert_ne!(round[0], rows_of_two);
}

#[tokio::test]
async fn no_more_rounds_are_answered_than_were_agreed_on() {
    let (regression, tables) = far_apart();
    let agreed = Schedule {
        rounds: 2,
        epochs: 1,
        batch: usize::MAX,
        learning_rate: 0.1,
        proximal: 0.0,
    };
    let longer = Schedule {
        rounds: 3,
        ..agreed
    };
    let (seen, ended) = averaged(&regression, &tables, agreed, longer).await;
    assert_eq!(seen.len(), 3, "moments and two rounds");
    assert!(ended.is_err());
    let (_, ended) = averaged(&regression, &tables, agreed, agreed).await;
    assert!(ended.is_ok());
}

/// Averages under a schedule of the hospitals' and one of the aggregator's.
async fn averaged(
    regression: &Regression,
    tables: &[Table],
    agreed: Schedule,
    asked: Schedule,
) -> (Vec<Vec<u64>>, Result<(), GlmError>) {
    let names = parties(tables.len());
    let mut mail = mem::mailboxes(&names);
    let aggregator = mail.remove(0);
    let mut running = Vec::new();
    for (place, (mail, table)) in mail.into_iter().zip(tables.to_vec()).enumerate() {
        let (name, regression) = (names[0].clone(), regression.clone());
        running.push(tokio::spawn(async move {
            let mut sum = PlainContributor {
                aggregator: name.clone(),
            };
            let chance =
                |sum: SumNumber| ChaCha20Rng::seed_from_u64(u64::from(sum.0) << 8 | place as u64);
            let (rows, what) = ((&regression, &table), (&agreed, SumNumber(0)));
            let last = averaging::contribute(&mail, &name, rows, what, &chance, &mut sum).await;
            if last.is_ok() {
                mail.finish();
            }
            last.is_ok()
        }));
    }
    let mut spy = Spy::on(&names[1..]);
    let what = (&asked, SumNumber(0));
    let ended = averaging::aggregate(&aggregator, &names[1..], regression, what, &mut spy).await;
    drop(aggregator);
    for hospital in running {
        assert_eq!(hospital.await.unwrap(), ended.is_ok());
    }
    (spy.seen, ended.map(drop))
}

#[tokio::test]
async fn a_hundred_sums_are_answered_and_not_one_more() {
    let (regression, tables) = far_apart();
    let mut mail = mem::mailboxes(&parties(3));
    let aggregator = mail.remove(0);
    let running = hospitals(mail, &regression, &tables);
    let mut roster = parties(3)[1..].to_vec();
    let mut spy = Spy::on(&roster);
    for turn in 0..=MOST_SUMS {
        let here = aggregator.scope(format_args!("turn-{turn}"));
        let asking = Training::begin(&regression, SumNumber(turn.min(MOST_SUMS - 1)));
        let opened = aggregate_turn(&here, &mut roster, &regression, asking, &mut spy).await;
        assert_eq!(opened.is_ok(), turn < MOST_SUMS);
    }
    assert_eq!(spy.seen.len(), MOST_SUMS as usize);
    for hospital in running {
        let error = hospital.await.unwrap().unwrap_err();
        assert!(matches!(error, GlmError::TooManySums { .. }), "{error}");
    }
}

#[tokio::test]
async fn an_outcome_that_names_other_columns_is_blamed_on_the_aggregator() {
    let (regression, tables) = study(Family::Logistic, &[60, 70, 80], 4);
    let fit = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    let mut renamed = fit.clone();
    renamed.estimates.swap(1, 2);
    let column = "\u{1b}[2Jall is well".to_owned();
    for outcome in [Ok(renamed), Err(Failure::Separation { column })] {
        let mut mail = mem::mailboxes(&parties(3));
        let aggregator = mail.remove(0);
        let running = hospitals(mail, &regression, &tables);
        let turn = aggregator.scope("turn-0");
        announce(&turn, &parties(3)[1..], &outcome).await.unwrap();
        for hospital in running {
            let error = hospital.await.unwrap().unwrap_err();
            assert_eq!(error.fault(), Fault::Peer(parties(0).remove(0)), "{error}");
        }
    }
}
