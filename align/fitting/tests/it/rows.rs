//! What is fitted to statistics is what a direct computation over all rows says.

use std::collections::BTreeSet;

use consilium_fitting::{Intent, Origin, Value};
use consilium_preparation::Preparation;

use crate::world::{
    DEFAULTS, ERROR, MINIMUM, Row, WARDS, entry, findings, fit, number, numbers, rows, schema,
};

const CODES_AND_FEATURES: &str = r#"
    [default.code]
    one_hot = { minimum = 200, unseen = "zero" }

    [[feature]]
    column = "age"

    [[feature]]
    name = "age_woe"
    column = "age"
    woe = true

    [[feature]]
    column = "ward"

    [[feature]]
    name = "ward_woe"
    column = "ward"
    woe = true

    [[feature]]
    name = "smoker_woe"
    column = "smoker"
    woe = true

    [[feature]]
    column = "smoker"
    impute = "mean"

    [[feature]]
    name = "cost_range"
    column = "cost"
    log = false
    scale = "range"

    [[feature]]
    column = "cost"
"#;

fn intent() -> String {
    format!("{DEFAULTS}{CODES_AND_FEATURES}")
}

fn values(of: fn(&Row) -> Option<f64>) -> Vec<f64> {
    let mut values: Vec<f64> = rows().iter().filter_map(of).collect();
    values.sort_by(f64::total_cmp);
    values
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

/// The smallest value at or below which that share of rows lies.
fn quantile(values: &[f64], share: f64) -> f64 {
    let least = share * values.len() as f64;
    let place = (1..=values.len())
        .find(|rank| *rank as f64 >= least)
        .unwrap();
    values[place - 1]
}

#[track_caller]
fn near(got: f64, wanted: f64, error: f64) {
    assert!(
        (got - wanted).abs() <= error,
        "{got}, not {wanted} ± {error}"
    );
}

#[test]
fn means_deviations_and_quantiles_are_those_of_all_rows_within_the_declared_error() {
    let fitted = fit(&intent()).unwrap();
    let (ages, costs) = (values(|row| row.age), values(|row| row.cost));
    near(number(&fitted, "age", "missing"), quantile(&ages, 0.5), 0.0);
    near(number(&fitted, "age", "centre"), mean(&ages), 1e-9);
    near(number(&fitted, "age", "spread"), deviation(&ages), 1e-9);
    assert_eq!(
        entry(&fitted, "age", "mark_missing").value,
        Value::Flag(true)
    );

    let half = 100_000.0 * ERROR / 2.0;
    near(number(&fitted, "cost", "missing"), mean(&costs), 1e-6);
    let clip = numbers(&fitted, "cost", "clip");
    let (low, high) = (quantile(&costs, 0.05), quantile(&costs, 0.95));
    assert!(
        clip[0] <= low && low - clip[0] <= 2.0 * half,
        "{clip:?}, not {low}"
    );
    assert!(
        high <= clip[1] && clip[1] - high <= 2.0 * half,
        "{clip:?}, not {high}"
    );
    let beyond =
        |is_beyond: &dyn Fn(f64) -> bool| costs.iter().filter(|it| is_beyond(**it)).count() as f64;
    let most = 0.05 * costs.len() as f64;
    assert!(beyond(&|cost| cost < clip[0]) <= most && beyond(&|cost| cost > clip[1]) <= most);
    // The logarithm of a quantile is the quantile of the logarithms.
    let logs: Vec<f64> = costs.iter().map(|cost| cost.ln_1p()).collect();
    let steep = half / low;
    near(
        number(&fitted, "cost", "centre"),
        quantile(&logs, 0.5),
        steep,
    );
    let quartiles = quantile(&logs, 0.75) - quantile(&logs, 0.25);
    near(number(&fitted, "cost", "spread"), quartiles, 2.0 * steep);
    near(number(&fitted, "cost_range", "centre"), clip[0], 0.0);
    near(
        number(&fitted, "cost_range", "spread"),
        clip[1] - clip[0],
        0.0,
    );
}

#[test]
fn every_way_to_fit_gives_a_preparation() {
    let text = fit(&intent()).unwrap().to_string();
    Preparation::from_toml(&text, &schema()).unwrap();
}

#[test]
fn a_number_says_of_how_many_values_in_how_many_rows_of_whom_it_is() {
    let fitted = fit(&intent()).unwrap();
    let ages = values(|row| row.age).len();
    let said = entry(&fitted, "age", "centre").origin.to_string();
    assert_eq!(
        said,
        format!(
            "mean of {},{:03} values in 1,200 rows of 3 institutions",
            ages / 1_000,
            ages % 1_000
        )
    );
    let Origin::Levels {
        minimum: 50,
        rarer: 1,
        is_incomplete: false,
        ..
    } = entry(&fitted, "ward", "levels").origin
    else {
        panic!("{fitted:?}");
    };
}

#[test]
fn levels_with_enough_rows_get_a_column_and_others_are_unseen() {
    let fitted = fit(&intent()).unwrap();
    let counts = |ward: u32| rows().iter().filter(|row| row.ward == Some(ward)).count() as u64;
    let frequent: Vec<&str> = (0..4)
        .filter(|ward| counts(*ward) >= 50)
        .map(|ward| WARDS[ward as usize])
        .collect();
    assert_eq!(frequent, ["general", "surgical", "cardiac"]);
    assert!(counts(3) >= MINIMUM);
    let said = |name: &str, key: &str| entry(&fitted, name, key).value.to_string();
    assert_eq!(
        said("ward", "levels"),
        r#"["general", "surgical", "cardiac"]"#
    );
    assert_eq!(said("ward", "unseen"), r#""other""#);
    assert_eq!(said("ward", "missing"), r#"{ level = "general" }"#);
    assert_eq!(said("ward", "reference"), r#""general""#);
    let of_code = |code: &str| {
        rows()
            .iter()
            .filter(|row| row.diagnosis == Some(code))
            .count()
    };
    assert!(of_code("I10") >= 200 && of_code("K21") < 200);
    assert_eq!(said("diagnosis", "levels"), r#"["E11", "I10", "J45"]"#);
    assert_eq!(said("diagnosis", "unseen"), r#""zero""#);
}

#[test]
fn yes_and_no_are_filled_in_by_what_most_rows_have_or_by_their_share() {
    let fitted = fit(&intent()).unwrap();
    let smokers: Vec<bool> = rows().iter().filter_map(|row| row.smoker).collect();
    let yes = smokers.iter().filter(|yes| **yes).count() as f64;
    near(
        number(&fitted, "smoker", "missing"),
        yes / smokers.len() as f64,
        0.0,
    );
    let fitted = fit(
        "label = \"readmitted\"\ncolumns = [\"smoker\"]\ndefault.boolean = { impute = \"most-frequent\" }",
    );
    near(number(&fitted.unwrap(), "smoker", "missing"), 0.0, 0.0);
}

/// ln of the share of all positives over the share of all negatives, among rows of a kind.
fn weight(of: impl Fn(&Row) -> bool) -> f64 {
    let all = rows();
    let share = |label: bool| {
        let labelled = || all.iter().filter(|row| row.readmitted == label);
        labelled().filter(|row| of(row)).count() as f64 / labelled().count() as f64
    };
    (share(true) / share(false)).ln()
}

#[test]
fn weights_of_evidence_are_those_of_the_rows_between_two_cuts() {
    let fitted = fit(&intent()).unwrap();
    let cuts = numbers(&fitted, "age_woe", "cuts");
    let weights = numbers(&fitted, "age_woe", "weights");
    assert!(
        cuts.len() >= 3 && weights.len() == cuts.len() + 1,
        "{cuts:?}"
    );
    for (at, got) in weights.iter().enumerate() {
        let low = at
            .checked_sub(1)
            .map_or(f64::NEG_INFINITY, |below| cuts[below]);
        let high = cuts.get(at).copied().unwrap_or(f64::INFINITY);
        near(
            *got,
            weight(|row| row.age.is_some_and(|age| low <= age && age < high)),
            1e-12,
        );
    }
    near(
        number(&fitted, "age_woe", "missing_weight"),
        weight(|row| row.age.is_none()),
        1e-12,
    );

    assert_eq!(numbers(&fitted, "smoker_woe", "cuts"), [0.5]);
    for (got, smoker) in numbers(&fitted, "smoker_woe", "weights")
        .iter()
        .zip([false, true])
    {
        near(*got, weight(|row| row.smoker == Some(smoker)), 1e-12);
    }
}

#[test]
fn a_level_weighs_what_all_rows_of_its_bin_do() {
    let fitted = fit(&intent()).unwrap();
    let Value::Levels(levels) = &entry(&fitted, "ward_woe", "levels").value else {
        panic!("{fitted:?}");
    };
    let weights = numbers(&fitted, "ward_woe", "weights");
    for got in &weights {
        // Those of one bin.
        let alike = levels
            .iter()
            .zip(&weights)
            .filter(|(_, other)| other.to_bits() == got.to_bits());
        let alike: Vec<usize> = alike
            .map(|(it, _)| WARDS.iter().position(|ward| *ward == it.name()).unwrap())
            .collect();
        let is_rest = number(&fitted, "ward_woe", "missing_weight").to_bits() == got.to_bits();
        let wanted = weight(|row| match row.ward {
            Some(ward) => alike.contains(&(ward as usize)),
            None => is_rest,
        });
        near(*got, wanted, 1e-12);
    }
}

#[test]
fn levels_that_were_put_together_have_one_weight() {
    let mut findings = findings();
    let bins = &mut findings.columns[3].evidence.as_mut().unwrap().bins;
    let second = bins.remove(1);
    bins[0].cells.extend(second.cells);
    let fitted = Intent::from_toml(&intent()).unwrap();
    let fitted = fitted.fit(&findings, &schema()).unwrap();
    let Value::Levels(levels) = &entry(&fitted, "ward_woe", "levels").value else {
        panic!("{fitted:?}");
    };
    let weights = numbers(&fitted, "ward_woe", "weights");
    let distinct: BTreeSet<u64> = weights.iter().map(|it| it.to_bits()).collect();
    assert_eq!(distinct.len() + 1, levels.len(), "{weights:?}");
}
