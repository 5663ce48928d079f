//! The federated fit is the pooled one, with missing values and different patients everywhere.

use consilium_evaluation::Weight;
use consilium_glm::{Family, Fit, Kind, Training, local, shape};
use consilium_secagg::{Bits, Opened, SumNumber};

use crate::world::{distance, fit, parties, respecified, study};

async fn the_federated_fit_is_the_pooled_one(family: Family, penalty: f64, rows: &[usize]) {
    let (regression, tables) = study(family, rows, 7);
    let regression = respecified(&regression, |spec| spec.penalty = penalty);
    let federated = fit(&regression, &tables).await.aggregator.unwrap();
    let pooled = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    let apart = distance(&federated, &pooled);
    assert!(apart < 1e-6, "{apart:e}");
    assert!((federated.dispersion / pooled.dispersion - 1.0).abs() < 1e-6);
    assert!(federated.updates <= 10, "{} updates", federated.updates);
    assert_eq!(federated.rows, rows.iter().sum::<usize>() as u64);
}

#[tokio::test]
async fn linear_regression_is_the_pooled_one() {
    the_federated_fit_is_the_pooled_one(Family::Gaussian, 0.0, &[200, 120, 90]).await;
    the_federated_fit_is_the_pooled_one(Family::Gaussian, 20.0, &[200, 120, 90]).await;
}

#[tokio::test]
async fn logistic_regression_is_the_pooled_one() {
    the_federated_fit_is_the_pooled_one(Family::Logistic, 0.0, &[300, 150, 80, 60]).await;
    the_federated_fit_is_the_pooled_one(Family::Logistic, 1.0, &[300, 150, 80, 60, 1]).await;
}

#[tokio::test]
async fn poisson_regression_is_the_pooled_one() {
    the_federated_fit_is_the_pooled_one(Family::Poisson, 0.0, &[300, 150, 80]).await;
    the_federated_fit_is_the_pooled_one(Family::Poisson, 3.0, &[300, 150, 80]).await;
}

#[tokio::test]
async fn gamma_regression_is_the_pooled_one() {
    the_federated_fit_is_the_pooled_one(Family::Gamma, 0.0, &[300, 150, 80, 60, 90]).await;
    the_federated_fit_is_the_pooled_one(Family::Gamma, 3.0, &[300, 150, 80, 60, 90]).await;
}

#[tokio::test]
async fn a_weighted_fit_is_the_pooled_one_with_its_rows_weighted() {
    for (family, penalty) in [
        (Family::Gaussian, 0.0),
        (Family::Logistic, 0.0),
        (Family::Logistic, 5.0),
        (Family::Poisson, 0.0),
        (Family::Gamma, 3.0),
    ] {
        let (regression, tables) = study(family, &[300, 150, 80, 60], 7);
        let regression = respecified(&regression, |spec| spec.penalty = penalty);
        let weighted: Vec<_> = tables
            .iter()
            .zip([1.0, 0.8, 0.3, 1.0])
            .map(|(table, weight)| table.clone().weighted(Weight::try_from(weight).unwrap()))
            .collect();
        let federated = fit(&regression, &weighted).await.aggregator.unwrap();
        let pooled = local::fit(&regression, &weighted.iter().collect::<Vec<_>>()).unwrap();
        assert!(distance(&federated, &pooled) < 1e-6, "{family:?}");
        assert!((federated.dispersion / pooled.dispersion - 1.0).abs() < 1e-6);
        assert_eq!(federated.rows, 590, "rows are counted, not weighed");
        let plain = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
        assert!(distance(&federated, &plain) > 1e-3, "{family:?}");
    }
}

#[tokio::test]
async fn rows_that_count_half_are_as_good_as_others_given_twice() {
    let (regression, tables) = study(Family::Logistic, &[200, 120, 90], 7);
    let half = Weight::try_from(0.5).unwrap();
    let weighted = [
        tables[0].clone().weighted(half),
        tables[1].clone(),
        tables[2].clone(),
    ];
    let federated = fit(&regression, &weighted).await.aggregator.unwrap();
    let [first, second, third] = [&tables[0], &tables[1], &tables[2]];
    let twice = local::fit(&regression, &[first, second, second, third, third]).unwrap();
    for (one, other) in federated.estimates.iter().zip(&twice.estimates) {
        // Whatever stands for a missing value is the mean of other rows there.
        if !["marker", "marker (missing)", "(intercept)"].contains(&one.name.as_str()) {
            assert!(
                (one.coefficient - other.coefficient).abs() < 1e-6,
                "{}",
                one.name
            );
        }
    }
}

#[tokio::test]
async fn forty_bits_are_enough_for_a_small_study() {
    let (regression, tables) = study(Family::Logistic, &[300, 150, 80], 7);
    let regression = respecified(&regression, |spec| {
        spec.bits = Bits::new(40).unwrap();
        spec.most_rows = 1000;
    });
    let federated = fit(&regression, &tables).await.aggregator.unwrap();
    let pooled = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    assert!(distance(&federated, &pooled) < 1e-6);
}

#[tokio::test]
async fn a_repeated_fit_is_the_same_to_the_last_bit() {
    let (regression, tables) = study(Family::Gamma, &[100, 80, 90], 3);
    let one = fit(&regression, &tables).await.aggregator.unwrap();
    let other = fit(&regression, &tables).await.aggregator.unwrap();
    assert_eq!(one, other);
}

#[tokio::test]
async fn contributors_get_errors_of_two_digits_and_what_follows_from_them() {
    let (regression, tables) = study(Family::Gaussian, &[100, 80, 90], 3);
    let outcome = fit(&regression, &tables).await;
    let exact = outcome.aggregator.unwrap();
    for published in outcome.contributors {
        let published = published.unwrap();
        for (rounded, exact) in published.estimates.iter().zip(&exact.estimates) {
            let digits = format!("{:.1e}", exact.standard_error).parse().unwrap();
            assert_eq!(rounded.standard_error.to_bits(), f64::to_bits(digits));
            let statistic = rounded.coefficient / digits;
            assert_eq!(rounded.statistic.to_bits(), statistic.to_bits());
        }
    }
}

/// Adds up in place what contributors would send, and drops those not in `present`.
fn opened(
    regression: &consilium_glm::Regression,
    tables: &[consilium_glm::Table],
    training: &Training,
    present: &[usize],
) -> Opened {
    use consilium_glm::{Question, largest_moments, largest_sums, local_moments, local_sums};
    use consilium_secagg::Encoding;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    let (number, question) = training.question().unwrap();
    let shape = shape(regression, number, &question);
    let spec = regression.specification();
    let mut sum = vec![0_u64; shape.len];
    for place in present {
        let (sums, largest) = match &question {
            Question::Moments => (
                local_moments(regression, &tables[*place]),
                largest_moments(regression),
            ),
            Question::Sums(candidate) => (
                local_sums(regression, &tables[*place], candidate),
                largest_sums(regression, candidate.coefficients.len()),
            ),
        };
        let code = Encoding::new(&largest, spec.most_contributors, spec.bits).unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(*place as u64);
        for (total, part) in sum.iter_mut().zip(code.encode(&sums, &mut rng).unwrap()) {
            *total = total.wrapping_add(part);
        }
    }
    let names = parties(tables.len());
    Opened {
        sum,
        contributors: present
            .iter()
            .map(|place| names[place + 1].clone())
            .collect(),
    }
}

fn drive(
    regression: &consilium_glm::Regression,
    tables: &[consilium_glm::Table],
    mut training: Training,
    mut present: impl FnMut(u32) -> Vec<usize>,
) -> Fit {
    for turn in 0.. {
        match training {
            Training::Done(fit) => return *fit,
            Training::Failed(failure) => panic!("{failure}"),
            underway => {
                let opened = opened(regression, tables, &underway, &present(turn));
                training = underway.advance(regression, &opened);
            }
        }
    }
    unreachable!()
}

#[test]
fn a_fit_stored_after_every_sum_goes_on_where_it_was() {
    let (regression, tables) = study(Family::Logistic, &[100, 80, 90], 3);
    let straight = drive(
        &regression,
        &tables,
        Training::begin(&regression, SumNumber(5)),
        |_| vec![0, 1, 2],
    );
    let mut training = Training::begin(&regression, SumNumber(5));
    while training.question().is_some() {
        let stored = postcard::to_stdvec(&training).unwrap();
        training = postcard::from_bytes(&stored).unwrap();
        let json = serde_json::to_string(&training).unwrap();
        assert!(!json.is_empty());
        let opened = opened(&regression, &tables, &training, &[0, 1, 2]);
        training = training.advance(&regression, &opened);
    }
    assert_eq!(training, Training::Done(Box::new(straight)));
}

#[test]
fn when_the_roster_shrinks_the_fit_is_that_of_those_who_are_left() {
    let (regression, tables) = study(Family::Logistic, &[100, 80, 90, 120], 3);
    for leaves_at in 1..6 {
        let present = |turn| {
            if turn < leaves_at {
                vec![0, 1, 2, 3]
            } else {
                vec![0, 2, 3]
            }
        };
        let left = drive(
            &regression,
            &tables,
            Training::begin(&regression, SumNumber(0)),
            present,
        );
        let pooled = local::fit(&regression, &[&tables[0], &tables[2], &tables[3]]).unwrap();
        assert!(distance(&left, &pooled) < 1e-6);
        assert_eq!(left.contributors.len(), 3);
        assert_eq!(left.rows, 310);
    }
}

#[test]
fn predictions_are_on_the_label_s_own_scale() {
    for family in [
        Family::Gaussian,
        Family::Gamma,
        Family::Poisson,
        Family::Logistic,
    ] {
        let (regression, tables) = study(family, &[400], 11);
        let fit = local::fit(&regression, &[&tables[0]]).unwrap();
        let (mut predicted, mut observed) = (0.0, 0.0);
        for (features, label) in tables[0].iter() {
            predicted += fit.predict(features);
            observed += label;
            // The raw coefficients say the same where nothing is missing.
            if features.iter().all(|value| !value.is_nan()) {
                let terms = features
                    .iter()
                    .zip(&fit.raw.columns)
                    .map(|(x, (slope, _))| x * slope);
                let mean = family.mean(fit.raw.intercept + terms.sum::<f64>());
                assert!((mean / fit.predict(features) - 1.0).abs() < 1e-9);
            }
        }
        // With canonical links, and nearly so for gamma, fitted means add up to the labels.
        assert!((predicted / observed - 1.0).abs() < 0.05, "{family:?}");
    }
}

#[test]
fn an_indicator_is_fitted_only_where_something_is_missing() {
    let (regression, tables) = study(Family::Gaussian, &[200], 5);
    let fit = local::fit(&regression, &[&tables[0]]).unwrap();
    let names: Vec<&str> = fit
        .estimates
        .iter()
        .map(|estimate| estimate.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "(intercept)",
            "age",
            "marker",
            "marker (missing)",
            "score",
            "sex"
        ]
    );
    assert!(matches!(
        regression.specification().columns[3].kind,
        Kind::Binary
    ));
}
