//! Averaging models, beside the fit that it goes towards.

use std::time::Duration;

use consilium_evaluation::Weight;
use consilium_glm::{
    Candidate, Failure, Family, GlmError, Regression, Table,
    averaging::{self, Schedule},
    local,
};
use consilium_mailbox::{Quorum, mem};
use consilium_secagg::{
    SumNumber,
    plain::{PlainAggregator, PlainContributor},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::world::{parties, respecified, sendable, study};

const FULL_BATCH: Schedule = Schedule {
    rounds: 400,
    epochs: 1,
    batch: usize::MAX,
    learning_rate: 1.0,
    proximal: 0.0,
};

async fn average(
    regression: &Regression,
    tables: &[Table],
    schedule: Schedule,
) -> Result<Vec<Candidate>, GlmError> {
    let mut mail = mem::mailboxes(&parties(tables.len()));
    let aggregator = mail.remove(0);
    let name = aggregator.me().clone();
    let mut hospitals = Vec::new();
    for (place, (mail, table)) in mail.into_iter().zip(tables.to_vec()).enumerate() {
        let (name, regression) = (name.clone(), regression.clone());
        hospitals.push(tokio::spawn(async move {
            let mut sum = PlainContributor {
                aggregator: name.clone(),
            };
            let chance =
                |sum: SumNumber| ChaCha20Rng::seed_from_u64(u64::from(sum.0) << 8 | place as u64);
            let (rows, what) = ((&regression, &table), (&schedule, SumNumber(0)));
            averaging::contribute(&mail, &name, rows, what, &chance, &mut sum).await
        }));
    }
    let contributors = parties(tables.len())[1..].to_vec();
    let quorum = Quorum {
        at_least: tables.len(),
        within: Duration::from_secs(5),
    };
    let mut sum = PlainAggregator {
        contributors: contributors.clone(),
        quorum,
    };
    let what = (&schedule, SumNumber(0));
    let models = sendable(averaging::aggregate(
        &aggregator,
        &contributors,
        regression,
        what,
        &mut sum,
    ))
    .await;
    for hospital in hospitals {
        let last = hospital.await.unwrap().ok();
        assert_eq!(
            last.as_ref(),
            models.as_ref().ok().and_then(|models| models.last())
        );
    }
    models
}

fn distance(model: &Candidate, exact: &consilium_glm::Fit) -> f64 {
    let pairs = model.coefficients.iter().zip(&exact.estimates);
    pairs
        .map(|(w, exact)| (w - exact.standardised).abs())
        .fold(0.0, f64::max)
}

#[tokio::test]
async fn one_full_step_a_round_is_gradient_descent_and_reaches_the_fit() {
    let (regression, tables) = study(Family::Logistic, &[150, 80, 60], 6);
    let regression = respecified(&regression, |spec| spec.penalty = 5.0);
    let exact = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    let models = average(&regression, &tables, FULL_BATCH).await.unwrap();
    assert_eq!(models.len(), 401);
    assert!(distance(models.last().unwrap(), &exact) < 1e-6);
}

#[tokio::test]
async fn models_are_averaged_by_what_rows_count() {
    let (regression, tables) = study(Family::Logistic, &[150, 80, 60], 6);
    let weights = [1.0, 0.4, 0.7];
    let tables: Vec<Table> = tables
        .into_iter()
        .zip(weights)
        .map(|(table, weight)| table.weighted(Weight::try_from(weight).unwrap()))
        .collect();
    // The penalty is shared out among rows, however much they count.
    let share = (150.0 + 0.4 * 80.0 + 0.7 * 60.0) / 290.0;
    let averaged = respecified(&regression, |spec| spec.penalty = 5.0 / share);
    let regression = respecified(&regression, |spec| spec.penalty = 5.0);
    let exact = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    let models = average(&averaged, &tables, FULL_BATCH).await.unwrap();
    assert!(distance(models.last().unwrap(), &exact) < 1e-6);
}

#[tokio::test]
async fn many_local_steps_lead_elsewhere_and_a_pull_leads_nearer() {
    let (regression, tables) = study(Family::Logistic, &[150, 80, 60], 6);
    let exact = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    let drifting = Schedule {
        rounds: 60,
        epochs: 60,
        ..FULL_BATCH
    };
    let averaged = average(&regression, &tables, drifting).await.unwrap();
    let pulled = Schedule {
        proximal: 0.5,
        ..drifting
    };
    let proximal = average(&regression, &tables, pulled).await.unwrap();
    let [averaged, proximal] =
        [averaged, proximal].map(|models| distance(models.last().unwrap(), &exact));
    assert!(averaged > 1e-3, "{averaged}");
    assert!(proximal < averaged, "{proximal} {averaged}");
}

#[tokio::test]
async fn batches_in_seeded_order_give_the_same_model_again() {
    let (regression, tables) = study(Family::Logistic, &[150, 80, 60], 6);
    let schedule = Schedule {
        rounds: 5,
        epochs: 3,
        batch: 16,
        learning_rate: 0.1,
        proximal: 0.01,
    };
    let one = average(&regression, &tables, schedule).await.unwrap();
    let other = average(&regression, &tables, schedule).await.unwrap();
    assert_eq!(one, other);
}

#[tokio::test]
async fn steps_that_are_too_long_are_named() {
    let (regression, tables) = study(Family::Logistic, &[150, 80, 60], 6);
    let wild = Schedule {
        learning_rate: 1e5,
        ..FULL_BATCH
    };
    let error = average(&regression, &tables, wild).await.unwrap_err();
    assert!(matches!(error, GlmError::Failed(Failure::Diverged)));
}
