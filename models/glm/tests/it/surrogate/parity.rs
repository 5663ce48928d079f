//! How near the surrogate comes to the fit that it approximates.

#![expect(clippy::print_stdout, reason = "what is lost is printed")]

use consilium_glm::{
    Candidate, Family, Fit, Regression, Table, local,
    surrogate::{Order, Surrogate},
};

use super::{agreed, fit};
use crate::{
    real::{Row, heart, heart_regression, table},
    world::{binary, normal, number, respecified, specification, uniform},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

/// The area under the curve over rows.
fn auc(model: &Candidate, rows: &[Row]) -> f64 {
    let score = |(features, label): &Row| (model.predict(Family::Logistic, features), *label);
    let mut scored: Vec<(f64, f64)> = rows.iter().map(score).collect();
    scored.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut negatives, mut positives, mut pairs) = (0.0, 0.0, 0.0);
    for (_, label) in scored {
        if label > 0.5 {
            positives += 1.0;
            pairs += negatives;
        } else {
            negatives += 1.0;
        }
    }
    pairs / (positives * negatives)
}

/// The largest difference of a slope, in its standard errors.
fn errors_apart(one: &Fit, exact: &Fit) -> f64 {
    let pairs = one.estimates.iter().zip(&exact.estimates).skip(1);
    let apart = pairs.map(|(a, b)| (a.coefficient - b.coefficient).abs() / b.standard_error);
    apart.fold(0.0, f64::max)
}

/// The largest difference of a standard error, as a share.
fn errors_off(one: &Fit, exact: &Fit) -> f64 {
    let pairs = one.estimates.iter().zip(&exact.estimates);
    let off = pairs.map(|(a, b)| (a.standard_error / b.standard_error - 1.0).abs());
    off.fold(0.0, f64::max)
}

/// Approximates, prints what is lost and gives it: in AUC, and of slopes in standard errors.
async fn lost(
    (name, test): (&str, &[Row]),
    (regression, tables): (&Regression, &[Table]),
    agreed: &Surrogate,
) -> (f64, f64) {
    let exact = local::fit(regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    let one = fit(regression, tables, agreed).await.aggregator.unwrap();
    let (before, after) = (auc(&exact.model(), test), auc(&one.model(), test));
    let (apart, off) = (errors_apart(&one, &exact), errors_off(&one, &exact));
    println!(
        "{name}, lead {}, {:?} order, {} rounds: AUC {after:.4} against {before:.4}, slopes within \
         {apart:.3} standard errors, which are off by at most {:.1} %",
        agreed.lead,
        agreed.order,
        agreed.rounds,
        100.0 * off
    );
    assert!(off < 0.25, "{off}");
    (before - after, apart)
}

/// Four hospitals of FLamby's split, whose patients differ much.
fn four_hospitals() -> (Regression, Vec<Table>, Vec<Row>) {
    let regression = heart_regression(1.0);
    let whole = |rows: Vec<Row>| -> Vec<Row> {
        let is_whole = |(features, _): &Row| features.iter().all(|value| !value.is_nan());
        rows.into_iter().filter(is_whole).collect()
    };
    let (mut tables, mut test) = (Vec::new(), Vec::new());
    for hospital in heart() {
        tables.push(table(&regression, &whole(hospital.train)));
        test.extend(whole(hospital.test));
    }
    (regression, tables, test)
}

#[tokio::test]
async fn the_largest_heart_hospital_can_lead_by_gradient_and_information() {
    let (regression, tables, test) = four_hospitals();
    let what = (&regression, &tables[..]);
    for (rounds, far) in [(1, 0.5), (2, 0.03)] {
        let led = agreed(0, rounds, Order::Second);
        let (auc, apart) = lost(("heart disease", &test), what, &led).await;
        assert!(auc < 0.002 && apart < far, "{auc} {apart}");
    }
}

#[tokio::test]
async fn a_small_hospital_with_other_patients_is_refused_as_lead_by_name_of_the_cause() {
    let (regression, tables, _) = four_hospitals();
    // The second has too few rows of many columns' levels to show its model of them.
    for (place, order) in [
        (0, Order::First),
        (1, Order::First),
        (2, Order::First),
        (2, Order::Second),
        (1, Order::Second),
        (3, Order::Second),
    ] {
        let outcome = fit(&regression, &tables, &agreed(place, 1, order)).await;
        let error = outcome.aggregator.unwrap_err().to_string();
        assert!(error.contains("let another lead"), "{error}");
        for contributor in outcome.contributors {
            assert_eq!(contributor.unwrap_err().to_string(), error);
        }
    }
}

/// Hospitals of unequal size with one kind of patients, a tenth of whom come back: as in
/// `diabetes-130us`, 20 columns that hardly predict.
fn readmissions(sizes: &[usize]) -> (Regression, Vec<Table>, Vec<Row>) {
    let mut columns: Vec<_> = (0..8)
        .map(|k| number(&format!("n{k}"), -9.0, 9.0))
        .collect();
    columns.extend((0..12).map(|k| binary(&format!("b{k}"))));
    let regression = Regression::try_from(specification(Family::Logistic, columns)).unwrap();
    let regression = respecified(&regression, |spec| spec.penalty = 1.0);
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let mut draw = |rows: usize| -> Vec<Row> {
        let row = |_| {
            let mut x: Vec<f64> = (0..8).map(|_| normal(&mut rng).clamp(-9.0, 9.0)).collect();
            for k in 0..12 {
                x.push(f64::from(uniform(&mut rng) < 0.05 + 0.04 * f64::from(k)));
            }
            let numbers = 0.25 * x[0] - 0.2 * x[1] + 0.15 * x[2] + 0.1 * x[3];
            let predictor = -2.7 + numbers + 0.5 * x[8] + 0.4 * x[12] - 0.3 * x[15];
            let label = f64::from(uniform(&mut rng) < Family::Logistic.mean(predictor));
            (x, label)
        };
        (0..rows).map(row).collect()
    };
    let tables = sizes.iter().map(|rows| draw(*rows)).collect::<Vec<_>>();
    let tables = tables.iter().map(|rows| table(&regression, rows)).collect();
    let test = draw(5_000);
    (regression, tables, test)
}

#[tokio::test]
async fn hospitals_with_like_patients_lose_next_to_nothing_whoever_leads() {
    let (regression, tables, test) = readmissions(&[2_000, 1_500, 1_000]);
    let cases = [
        ((Order::First, 1), (0.01, 1.5)),
        ((Order::First, 2), (0.003, 0.5)),
        ((Order::Second, 1), (0.003, 0.5)),
        ((Order::Second, 2), (0.0005, 0.01)),
    ];
    for place in [0, 2] {
        for ((order, rounds), (least_auc, least_apart)) in cases {
            let (what, named) = ((&regression, &tables[..]), ("readmissions", &test[..]));
            let (auc, apart) = lost(named, what, &agreed(place, rounds, order)).await;
            assert!(auc < least_auc && apart < least_apart, "{auc} {apart}");
        }
    }
}

#[tokio::test]
async fn every_family_is_approximated() {
    use crate::world::study;
    for family in [Family::Gaussian, Family::Poisson, Family::Gamma] {
        let (regression, tables) = study(family, &[300, 200, 250], 4);
        let exact = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
        for order in [Order::First, Order::Second] {
            let outcome = fit(&regression, &tables, &agreed(0, 2, order)).await;
            let one = outcome.aggregator.unwrap();
            let (apart, off) = (errors_apart(&one, &exact), errors_off(&one, &exact));
            println!("{family:?}, {order:?} order: within {apart:.3}, errors off by {off:.3}");
            let (least, most_off) = match order {
                Order::First => (3.0, 0.5),
                Order::Second => (0.1, 0.05),
            };
            assert!(apart < least && off < most_off, "{apart} {off}");
            for contributor in outcome.contributors {
                assert_eq!(contributor.unwrap(), one.publish());
            }
        }
    }
}
