//! Measures over all parties against measures of all rows in one place.

use std::time::Duration;

use consilium_glm::{
    Evaluation, Failure, Family, GlmError, HISTOGRAM_BINS, Regression, SMALLEST_BIN, Scored, auc,
    evaluation,
};
use consilium_mailbox::{Quorum, mem};
use consilium_secagg::{
    SumNumber,
    plain::{PlainAggregator, PlainContributor},
};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::world::{binary, parties, sendable, specification, uniform};

fn regression() -> Regression {
    Regression::try_from(specification(Family::Logistic, vec![binary("a")])).unwrap()
}

/// Scores that tell the labels apart, but not always.
fn scored(rows: usize, seed: u64) -> Vec<Scored> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let row = |_| {
        let score = uniform(&mut rng);
        Scored {
            score,
            label: uniform(&mut rng) < score,
        }
    };
    (0..rows).map(row).collect()
}

async fn evaluate(parts: &[Vec<Scored>]) -> Result<Evaluation, GlmError> {
    let mut mail = mem::mailboxes(&parties(parts.len()));
    let aggregator = mail.remove(0);
    let (name, regression) = (aggregator.me().clone(), regression());
    let mut hospitals = Vec::new();
    for (place, (mail, scored)) in mail.into_iter().zip(parts.to_vec()).enumerate() {
        let (name, regression) = (name.clone(), regression.clone());
        hospitals.push(tokio::spawn(async move {
            let mut sum = PlainContributor {
                aggregator: name.clone(),
            };
            let rounding = (SumNumber(9), ChaCha20Rng::seed_from_u64(place as u64));
            evaluation::contribute(&mail, &name, &regression, &scored, rounding, &mut sum).await
        }));
    }
    let contributors = parties(parts.len())[1..].to_vec();
    let quorum = Quorum {
        at_least: parts.len(),
        within: Duration::from_secs(5),
    };
    let mut sum = PlainAggregator {
        contributors: contributors.clone(),
        quorum,
    };
    let overall = sendable(evaluation::aggregate(
        &aggregator,
        &contributors,
        &regression,
        SumNumber(9),
        &mut sum,
    ))
    .await;
    for hospital in hospitals {
        assert_eq!(hospital.await.unwrap().ok(), overall.as_ref().ok().cloned());
    }
    overall
}

fn assert_agrees(overall: &Evaluation, all: &[Scored]) {
    let exact = Evaluation::own(all).unwrap();
    assert!((overall.auc.unwrap() - exact.auc.unwrap()).abs() <= overall.auc_error + 1e-12);
    assert!(overall.auc_error < 1e-3);
    assert!((overall.log_loss - exact.log_loss).abs() < 1e-9);
    assert!((overall.brier - exact.brier).abs() < 1e-9);
    assert_eq!(
        (overall.rows, overall.positives),
        (exact.rows, exact.positives)
    );
    assert!((overall.accuracy - exact.accuracy).abs() < 1e-12);
    for (bin, exact) in overall.calibration.iter().zip(exact.calibration) {
        let (bin, exact) = (bin.unwrap(), exact.unwrap());
        assert_eq!(bin.rows, exact.rows);
        assert!((bin.predicted - exact.predicted).abs() < 1e-9);
        assert!((bin.observed - exact.observed).abs() < 1e-12);
    }
}

#[tokio::test]
async fn measures_over_all_parties_are_those_of_all_rows() {
    let parts = [scored(400, 1), scored(300, 2), scored(200, 3)];
    assert_agrees(&evaluate(&parts).await.unwrap(), &parts.concat());
}

#[tokio::test]
async fn a_party_without_rows_changes_nothing() {
    let parts = [scored(400, 1), Vec::new(), scored(200, 3)];
    assert_agrees(&evaluate(&parts).await.unwrap(), &parts.concat());
}

#[tokio::test]
async fn too_few_rows_of_a_class_are_not_measured() {
    let mut parts = [scored(40, 1), scored(30, 2), scored(20, 3)];
    let positives = parts.iter_mut().flatten().filter(|row| row.label);
    positives.skip(9).for_each(|row| row.label = false);
    let refused = evaluate(&parts).await.unwrap_err();
    assert!(matches!(
        refused,
        GlmError::Failed(Failure::TooFewToEvaluate { minimum: 10 })
    ));
}

#[test]
fn others_see_an_institution_s_measures_rounded_and_only_of_enough_rows() {
    let many = Evaluation::own(&scored(300, 5)).unwrap();
    let shared = many.shared().unwrap();
    assert!((shared.auc - many.auc.unwrap()).abs() <= 0.005);
    assert!((shared.auc * 100.0 - (shared.auc * 100.0).round()).abs() < 1e-9);
    let mut few = scored(300, 5);
    few.iter_mut()
        .filter(|row| row.label)
        .skip(9)
        .for_each(|row| row.label = false);
    assert_eq!(Evaluation::own(&few).unwrap().shared(), None);
    assert_eq!(Evaluation::own(&[]), None);
}

#[test]
fn thin_calibration_bins_are_not_shown() {
    let rows: Vec<Scored> = (0..u32::try_from(SMALLEST_BIN).unwrap() - 1)
        .map(|place| Scored {
            score: 0.45,
            label: place % 2 == 0,
        })
        .collect();
    assert!(
        Evaluation::own(&rows)
            .unwrap()
            .calibration
            .iter()
            .all(Option::is_none)
    );
}

#[test]
fn certain_and_wrong_costs_much_but_not_everything() {
    let measured = Evaluation::own(&[Scored {
        score: 1.0,
        label: false,
    }])
    .unwrap();
    assert!((30.0..40.0).contains(&measured.log_loss));
    assert_eq!(measured.auc, None);
}

proptest! {
    #[test]
    fn the_histogram_s_area_is_within_its_error(
        rows in prop::collection::vec((0.0..=1.0_f64, any::<bool>()), 1..200),
        width in 1.0..60.0_f64,
    ) {
        // Squeezed into a few bins, so that ties within bins are common.
        let squeeze = width / HISTOGRAM_BINS as f64;
        let rows: Vec<Scored> = rows
            .into_iter()
            .map(|(score, label)| Scored { score: score * squeeze, label })
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        match runtime.block_on(evaluate(&[rows.clone(), Vec::new()])) {
            Ok(overall) => {
                let apart = (overall.auc.unwrap() - auc(&rows).unwrap()).abs();
                prop_assert!(apart <= overall.auc_error + 1e-12);
            }
            Err(error) => {
                let named = matches!(error, GlmError::Failed(Failure::TooFewToEvaluate { .. }));
                prop_assert!(named);
            }
        }
    }
}
