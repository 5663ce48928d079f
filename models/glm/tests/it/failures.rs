//! Data that allow no fit, and what they are called.

use consilium_evaluation::Range;
use consilium_glm::{
    Column, ConstantColumns, Failure, Family, GlmError, Kind, Regression, Table, Training, local,
};
use consilium_mailbox::Fault;
use consilium_secagg::{Opened, SumNumber};

use crate::{
    real::{self, Row},
    world::{binary, distance, fit, number, parties, respecified, specification, study},
};

/// Two columns, a number and a 0/1 one, and their rows cut into three parts.
fn three_parts(family: Family, rows: &[Row]) -> (Regression, Vec<Table>) {
    let columns = vec![number("dose", -10.0, 10.0), binary("smoker")];
    let regression = Regression::try_from(specification(family, columns)).unwrap();
    let third = rows.len().div_ceil(3);
    let tables = rows
        .chunks(third)
        .map(|rows| real::table(&regression, rows))
        .collect();
    (regression, tables)
}

/// 120 rows whose label is `label(place, dose, smoker)`.
fn rows(label: impl Fn(usize, f64, f64) -> f64) -> Vec<Row> {
    let row = |place: usize| {
        let dose = (place * 7 % 40) as f64 / 4.0 - 5.0;
        let smoker = f64::from(u8::from(place.is_multiple_of(3)));
        (vec![dose, smoker], label(place, dose, smoker))
    };
    (0..120).map(row).collect()
}

/// Some labels of either class at every dose.
fn mixed(place: usize, _: f64, _: f64) -> f64 {
    f64::from(u8::from(place % 7 < 3 || place.is_multiple_of(5)))
}

async fn failure(regression: &Regression, tables: &[Table]) -> Failure {
    let outcome = fit(regression, tables).await;
    let Err(GlmError::Failed(failure)) = outcome.aggregator else {
        panic!("fitted")
    };
    for contributor in outcome.contributors {
        let Err(GlmError::Failed(told)) = contributor else {
            panic!("not told")
        };
        assert_eq!(told, failure);
    }
    assert_eq!(failure.fault(), Fault::Input);
    failure
}

#[tokio::test]
async fn labels_of_one_class_over_all_parties_are_named() {
    let (regression, tables) = three_parts(Family::Logistic, &rows(|_, _, _| 1.0));
    assert_eq!(failure(&regression, &tables).await, Failure::ConstantLabel);
}

#[tokio::test]
async fn one_class_at_one_party_is_no_failure() {
    let mut rows = rows(mixed);
    rows[..40].iter_mut().for_each(|row| row.1 = 1.0);
    let (regression, tables) = three_parts(Family::Logistic, &rows);
    fit(&regression, &tables).await.aggregator.unwrap();
}

#[tokio::test]
async fn a_constant_column_is_named_or_dropped() {
    let mut rows = rows(mixed);
    for row in &mut rows {
        row.0[0] = 3.7;
    }
    let (regression, tables) = three_parts(Family::Logistic, &rows);
    let expected = Failure::ConstantColumn {
        column: "dose".into(),
    };
    assert_eq!(failure(&regression, &tables).await, expected);
    let dropping = respecified(&regression, |spec| {
        spec.constant_columns = ConstantColumns::Drop;
    });
    let fit = fit(&dropping, &tables).await.aggregator.unwrap();
    assert_eq!(fit.estimates.len(), 2);
    assert_eq!(fit.raw.columns[0], (0.0, 0.0));
}

#[tokio::test]
async fn a_rare_level_is_named_without_its_count() {
    let mut rows = rows(mixed);
    for (place, row) in rows.iter_mut().enumerate() {
        row.0[1] = f64::from(u8::from(place % 15 == 0));
    }
    let (regression, tables) = three_parts(Family::Logistic, &rows);
    let failure = failure(&regression, &tables).await;
    assert_eq!(
        failure,
        Failure::RareLevel {
            column: "smoker".into(),
            minimum: 10
        }
    );
}

#[tokio::test]
async fn of_two_numbers_a_rare_one_is_named_and_else_the_fit_is_that_of_a_level() {
    let weighed = [-0.25, 1.5];
    let kind = Kind::Two(Range::new(weighed[0], weighed[1]).unwrap());
    let weigh = |(values, label): &Row| {
        let place = usize::from(values[1] > 0.5);
        (vec![values[0], weighed[place]], *label)
    };
    for (family, every, is_rare) in [
        (Family::Logistic, 15, true),
        (Family::Gaussian, 45, true),
        (Family::Logistic, 3, false),
        (Family::Gaussian, 3, false),
    ] {
        let mut rows = rows(mixed);
        for (place, row) in rows.iter_mut().enumerate() {
            row.0[1] = f64::from(u8::from(place % every == 0));
        }
        let (regression, tables) = three_parts(family, &rows);
        let two = respecified(&regression, |spec| spec.columns[1].kind = kind);
        let weighed: Vec<Row> = rows.iter().map(weigh).collect();
        let parts = weighed.chunks(40).map(|rows| real::table(&two, rows));
        let weights: Vec<Table> = parts.collect();
        if is_rare {
            let rare = Failure::RareLevel {
                column: "smoker".into(),
                minimum: 10,
            };
            assert_eq!(failure(&two, &weights).await, rare);
            continue;
        }
        let level = fit(&regression, &tables).await.aggregator.unwrap();
        let of_two = fit(&two, &weights).await.aggregator.unwrap();
        for (one, other) in level.estimates.iter().zip(&of_two.estimates) {
            assert!((one.standardised - other.standardised).abs() < 1e-6);
        }
        let [one, other] = [&level, &of_two].map(|fit| fit.raw.columns[1].0);
        assert!((one - 1.75 * other).abs() < 1e-6);
    }
}

#[tokio::test]
async fn a_level_that_is_rare_with_one_label_is_named() {
    let rows = rows(|place, _, smoker| {
        if smoker > 0.0 && place > 9 {
            1.0
        } else {
            mixed(place, 0.0, 0.0)
        }
    });
    let (regression, tables) = three_parts(Family::Logistic, &rows);
    let failure = failure(&regression, &tables).await;
    assert_eq!(
        failure,
        Failure::RareLevel {
            column: "smoker".into(),
            minimum: 10
        }
    );
}

#[tokio::test]
async fn a_rare_gap_is_named() {
    let mut rows = rows(mixed);
    rows[5].0[0] = f64::NAN;
    let columns = vec![
        Column {
            mark_missing: true,
            ..number("dose", -10.0, 10.0)
        },
        binary("s"),
    ];
    let regression = Regression::try_from(specification(Family::Logistic, columns)).unwrap();
    let tables = [real::table(&regression, &rows)];
    let expected = Failure::RareLevel {
        column: "dose (missing)".into(),
        minimum: 10,
    };
    assert_eq!(failure(&regression, &tables).await, expected);
}

#[tokio::test]
async fn a_column_that_others_add_up_to_is_named() {
    let mut rows = rows(|place, dose, _| dose + (place % 11) as f64);
    for row in &mut rows {
        row.0[0] = 2.0 - 3.0 * row.0[1];
    }
    let (regression, tables) = three_parts(Family::Gaussian, &rows);
    let expected = Failure::Collinear {
        column: "smoker".into(),
    };
    assert_eq!(failure(&regression, &tables).await, expected);
    let pooled = local::fit(&regression, &tables.iter().collect::<Vec<_>>());
    assert_eq!(pooled, Err(expected));
    // With a penalty the coefficients are determined.
    let ridge = respecified(&regression, |spec| spec.penalty = 1.0);
    fit(&ridge, &tables).await.aggregator.unwrap();
}

#[tokio::test]
async fn a_column_that_separates_the_labels_is_named() {
    let (regression, tables) = three_parts(
        Family::Logistic,
        &rows(|_, dose, _| f64::from(u8::from(dose > 0.3))),
    );
    let expected = Failure::Separation {
        column: "dose".into(),
    };
    assert_eq!(failure(&regression, &tables).await, expected);
    let pooled = local::fit(&regression, &tables.iter().collect::<Vec<_>>());
    assert_eq!(pooled, Err(expected));
    let ridge = respecified(&regression, |spec| spec.penalty = 1.0);
    fit(&ridge, &tables).await.aggregator.unwrap();
}

#[tokio::test]
async fn a_level_with_one_label_only_is_named() {
    let rows = rows(|place, _, smoker| {
        if smoker > 0.0 {
            1.0
        } else {
            mixed(place, 0.0, 0.0)
        }
    });
    let (regression, tables) = three_parts(Family::Logistic, &rows);
    let lenient = respecified(&regression, |spec| spec.minimum_count = 0);
    let expected = Failure::Separation {
        column: "smoker".into(),
    };
    assert_eq!(failure(&lenient, &tables).await, expected);
    let pooled = local::fit(&lenient, &tables.iter().collect::<Vec<_>>());
    assert_eq!(pooled, Err(expected));
}

#[tokio::test]
async fn a_level_without_any_count_is_named() {
    let rows = rows(|place, _, smoker| {
        if smoker > 0.0 {
            0.0
        } else {
            (place % 5) as f64
        }
    });
    let (regression, tables) = three_parts(Family::Poisson, &rows);
    let expected = Failure::Separation {
        column: "smoker".into(),
    };
    assert_eq!(failure(&regression, &tables).await, expected);
}

#[tokio::test]
async fn hardly_any_rows_are_refused() {
    let (regression, tables) = three_parts(Family::Gaussian, &rows(|_, dose, _| dose)[..3]);
    let lenient = respecified(&regression, |spec| spec.minimum_count = 0);
    assert_eq!(
        failure(&lenient, &tables).await,
        Failure::TooFewRows { rows: 3, needed: 4 }
    );
}

#[tokio::test]
async fn a_range_far_too_wide_is_refused_where_it_would_be_inexact() {
    let (regression, tables) = three_parts(Family::Logistic, &rows(mixed));
    let wide = respecified(&regression, |spec| {
        spec.columns[0].kind = Kind::Number(Range::new(-1e6, 1e6).unwrap());
    });
    let federated = fit(&wide, &tables).await.aggregator.unwrap();
    let pooled = local::fit(&wide, &tables.iter().collect::<Vec<_>>()).unwrap();
    assert!(distance(&federated, &pooled) < 1e-6);
    // The penalty depends on the deviation, of which too few digits are left.
    let ridge = respecified(&wide, |spec| spec.penalty = 1.0);
    let expected = Failure::NarrowColumn {
        column: "dose".into(),
    };
    assert_eq!(failure(&ridge, &tables).await, expected);
}

#[tokio::test]
async fn amounts_beyond_any_mean_are_refused() {
    let mut rows = Vec::new();
    for place in 0..30_000_usize {
        let features = vec![
            (place % 17) as f64 / 2.0 - 4.0,
            f64::from(u8::from(place % 2 == 0)),
        ];
        rows.push((
            features,
            if place == 77 {
                1e6
            } else {
                1.0 + (place % 3) as f64
            },
        ));
    }
    let (regression, tables) = three_parts(Family::Gamma, &rows);
    assert_eq!(failure(&regression, &tables).await, Failure::BeyondCaps);
}

#[test]
fn sums_that_no_rows_can_have_are_refused() {
    let (regression, _) = study(Family::Logistic, &[30], 1);
    let contributors = parties(3)[1..].to_vec();
    for element in [u64::MAX / 3, u64::MAX - 5, 1] {
        let opened = Opened {
            sum: vec![element; 23],
            contributors: contributors.clone(),
        };
        let training = Training::begin(&regression, SumNumber(0)).advance(&regression, &opened);
        assert!(matches!(training, Training::Failed(_)), "{element}");
    }
    let short = Opened {
        sum: vec![0; 5],
        contributors,
    };
    let training = Training::begin(&regression, SumNumber(0)).advance(&regression, &short);
    assert_eq!(training, Training::Failed(Failure::Implausible));
}
