//! Fits of other implementations on real data.

use consilium_evaluation::{Evaluation, Measures, Range, Scored};
use consilium_glm::{Family, Fit, Regression, Specification, Table, local};
use serde_json::Value;

use crate::{
    real::{self, heart, heart_regression, rand_hie},
    world::{binary, distance, fit, number, specification},
};

fn vector(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

fn assert_close(got: f64, expected: f64, tolerance: f64, what: &str) {
    let apart = (got - expected).abs();
    assert!(
        apart <= tolerance * expected.abs().max(1e-3),
        "{what}: {got}, expected {expected}"
    );
}

fn assert_is(fit: &Fit, expected: &Value) {
    let [coefficients, errors, p_values, lower] =
        ["coefficients", "standard_errors", "p_values", "lower"].map(|key| numbers(&expected[key]));
    for (place, estimate) in fit.estimates.iter().enumerate() {
        let name = &estimate.name;
        assert_close(estimate.coefficient, coefficients[place], 1e-6, name);
        assert_close(estimate.standard_error, errors[place], 1e-6, name);
        assert_close(estimate.interval.0, lower[place], 1e-5, name);
        assert!((estimate.p_value - p_values[place]).abs() < 1e-6, "{name}");
    }
    assert_close(
        fit.dispersion,
        expected["dispersion"].as_f64().unwrap(),
        1e-6,
        "dispersion",
    );
}

fn assert_standardised(fit: &Fit, expected: &Value) {
    for (estimate, expected) in fit.estimates.iter().zip(numbers(expected)) {
        assert_close(estimate.standardised, expected, 1e-6, &estimate.name);
    }
}

#[tokio::test]
async fn four_hospitals_reach_scikit_learn_s_model_of_their_pooled_rows() {
    let expected = vector(include_str!("../../vectors/heart-disease.json"));
    let regression = heart_regression(1.0);
    let hospitals = heart();
    let tables: Vec<Table> = hospitals
        .iter()
        .map(|rows| real::table(&regression, &rows.train))
        .collect();
    let outcome = fit(&regression, &tables).await;
    let fit = outcome.aggregator.unwrap();
    assert_standardised(&fit, &expected["penalised"]);
    assert!(fit.updates <= 10);
    let pooled = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    assert!(distance(&fit, &pooled) < 1e-6);

    let model = outcome.contributors[0].as_ref().unwrap();
    let test = hospitals.iter().flat_map(|rows| &rows.test);
    let scored: Vec<Scored> = test
        .map(|(features, label)| Scored {
            score: model.predict(features),
            label: *label,
        })
        .collect();
    let measured = Evaluation::own(&scored).unwrap();
    assert_eq!(measured.rows, 254);
    for (got, what) in [
        (measured.auc.unwrap(), "auc"),
        (measured.accuracy, "accuracy"),
        (measured.log_loss, "log_loss"),
        (measured.brier, "brier"),
    ] {
        assert_close(got, expected["test"][what].as_f64().unwrap(), 1e-7, what);
    }
}

#[tokio::test]
async fn logistic_errors_and_tails_are_statsmodels() {
    let expected = vector(include_str!("../../vectors/heart-disease.json"));
    let regression = heart_regression(0.0);
    let tables: Vec<Table> = heart()
        .iter()
        .map(|rows| real::table(&regression, &rows.train))
        .collect();
    assert_is(
        &fit(&regression, &tables).await.aggregator.unwrap(),
        &expected["plain"],
    );
}

#[tokio::test]
async fn doctor_visits_are_statsmodels() {
    let expected = vector(include_str!("../../vectors/rand-hie.json"));
    let (regression, tables) = rand_hie();
    let fit = fit(&regression, &tables).await.aggregator.unwrap();
    assert_is(&fit, &expected["poisson"]);
    // With an intercept and the log link the fitted means add up to the counts.
    let scored = tables
        .iter()
        .flat_map(|table| table.score(|features| fit.predict(features)));
    let measured = Measures::own(&regression.subject(), &scored.collect::<Vec<_>>());
    let Some(Measures::Numbers(measured)) = measured else {
        panic!("counts have no classes")
    };
    assert!((measured.mean_predicted / measured.mean_observed - 1.0).abs() < 1e-8);
}

/// Blood pressure by age, sex and cholesterol at the four hospitals.
fn blood_pressure(family: Family, penalty: f64) -> (Regression, Vec<Table>) {
    let columns = vec![
        number("age", 18.0, 100.0),
        binary("sex"),
        number("chol", 0.0, 700.0),
    ];
    let labels = Range::new(0.0, 250.0).unwrap();
    let spec = Specification {
        labels,
        penalty,
        ..specification(family, columns)
    };
    let regression = Regression::try_from(spec).unwrap();
    let mut tables = Vec::new();
    for hospital in heart() {
        let all = hospital.train.iter().chain(&hospital.test);
        let rows: Vec<real::Row> = all
            .map(|(x, _)| (vec![x[0], x[1], x[3]], x[2]))
            .filter(|(_, pressure)| *pressure > 0.0)
            .collect();
        tables.push(real::table(&regression, &rows));
    }
    (regression, tables)
}

#[tokio::test]
async fn blood_pressure_by_least_squares_is_statsmodels() {
    let expected = vector(include_str!("../../vectors/blood-pressure.json"));
    let (regression, tables) = blood_pressure(Family::Gaussian, 0.0);
    assert_is(
        &fit(&regression, &tables).await.aggregator.unwrap(),
        &expected["gaussian"],
    );
    let (regression, tables) = blood_pressure(Family::Gaussian, 20.0);
    let fit = fit(&regression, &tables).await.aggregator.unwrap();
    let mut expected = numbers(&expected["ridge"]);
    // Ours are by standard deviations of the label too.
    let label = fit.design.label;
    expected[0] -= label.mean;
    for (estimate, expected) in fit.estimates.iter().zip(expected) {
        let ours = estimate.standardised * label.deviation;
        assert!(
            (ours - expected).abs() < 1e-6 * expected.abs().max(1.0),
            "{}",
            estimate.name
        );
    }
}

#[tokio::test]
async fn blood_pressure_by_a_gamma_model_is_statsmodels() {
    let expected = vector(include_str!("../../vectors/blood-pressure.json"));
    let (regression, tables) = blood_pressure(Family::Gamma, 0.0);
    assert_is(
        &fit(&regression, &tables).await.aggregator.unwrap(),
        &expected["gamma"],
    );
}
