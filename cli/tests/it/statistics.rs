//! Statistics over files of several institutions, by the command of the guide.

use std::{fs, path::Path};

use serde_json::Value;

use crate::printed;

const HOSPITALS: [&str; 4] = ["cleveland", "hungarian", "switzerland", "va"];

fn example(name: &str) -> String {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/heart-disease");
    examples.join(name).to_str().unwrap().to_owned()
}

/// Gives the values of a hospital's column, none where they are missing.
fn column(hospital: &str, place: usize) -> Vec<Option<f64>> {
    let text = fs::read_to_string(example(&format!("processed.{hospital}.data"))).unwrap();
    let cell = |line: &str| match line.split(',').nth(place).unwrap().trim() {
        "?" | "" | "-9" | "-9.0" => None,
        value => Some(value.parse().unwrap()),
    };
    text.lines().map(cell).collect()
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|value| (value - mean).powi(2));
    (mean, squares.sum::<f64>() / (n - 1.0))
}

fn number(told: &Value) -> f64 {
    told.as_f64().unwrap_or_else(|| panic!("{told}"))
}

#[test]
fn the_four_hospitals_find_what_their_files_in_one_place_show_at_the_cost_that_was_foretold() {
    let folder = tempfile::tempdir().unwrap();
    let plan = example("statistics.toml");
    let mut args = vec!["local".to_owned(), plan.clone(), "--json".to_owned()];
    for hospital in HOSPITALS {
        let file = example(&format!("processed.{hospital}.data"));
        args.extend(["--data".to_owned(), format!("{hospital}/heart={file}")]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result: Value = serde_json::from_str(&printed(folder.path(), &args)).unwrap();
    assert_eq!(
        (&result["kind"], &result["ok"]),
        (&"statistics".into(), &true.into())
    );
    let found = &result["findings"];
    assert_eq!(found["rows"], 920);
    let names = [
        "age", "", "", "trestbps", "chol", "", "", "thalach", "", "oldpeak",
    ];
    for (place, name) in names
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.is_empty())
    {
        let told = &found["columns"][place];
        assert_eq!(told["name"], *name);
        let cells: Vec<_> = HOSPITALS.iter().flat_map(|it| column(it, place)).collect();
        let mut values: Vec<f64> = cells.iter().flatten().copied().collect();
        values.sort_by(f64::total_cmp);
        if let Some(missing) = told["missing"].as_u64() {
            assert_eq!(missing, (cells.len() - values.len()) as u64, "{name}");
        }
        let numbers = &told["numbers"];
        let (mean, variance) = moments(&values);
        // A count that is held back must not follow from them.
        for (told, truth, error) in [
            (number(&numbers["mean"]), mean, "mean_error"),
            (
                number(&numbers["variance"]).sqrt(),
                variance.sqrt(),
                "deviation_error",
            ),
        ] {
            let most = number(&numbers[error]) + truth.abs() * 1e-9;
            assert!(
                (told - truth).abs() <= most,
                "{name}: {told}, not {truth}, by {error}"
            );
        }
        for quantile in numbers["quantiles"].as_array().unwrap() {
            let least = number(&quantile["share"]) * values.len() as f64;
            let mut ranked = values.iter().zip(1_u32..);
            let (value, _) = ranked.find(|(_, rank)| f64::from(*rank) >= least).unwrap();
            let value = *value;
            let within = &quantile["within"];
            let (from, to) = (number(&within["from"]), number(&within["to"]));
            assert!(
                from <= value && value <= to,
                "{name}: {quantile}, not {value}"
            );
        }
        for cell in told["cells"].as_array().unwrap() {
            let rows = cell["rows"].as_u64();
            assert!(
                rows.is_none_or(|rows| rows == 0 || rows >= 10),
                "{name}: {cell}"
            );
        }
    }
    let ages = |of: &[&str]| -> Vec<f64> {
        let cells = of.iter().flat_map(|it| column(it, 0));
        cells.flatten().collect()
    };
    let (ours, rest) = (moments(&ages(&["va"])), moments(&ages(&HOSPITALS[..3])));
    let truth = (ours.0 - rest.0) / f64::midpoint(ours.1, rest.1).sqrt();
    let told = number(&result["own"]["va"]["columns"][0]["mean_difference"]);
    assert!((told - truth).abs() < 1e-6, "{told}, not {truth}");
    let left = folder.path().join("consilium-local/result");
    let kept = HOSPITALS.map(|it| fs::read(left.join(format!("{it}-findings.json"))).unwrap());
    assert!(kept.iter().all(|findings| *findings == kept[0]));

    let foretold = printed(folder.path(), &["study", "estimate", &plan, "--json"]);
    let foretold: Value = serde_json::from_str(foretold.lines().last().unwrap()).unwrap();
    let sent = |party: &Value| number(&party["wire_bytes"]);
    for (told, cost) in foretold["parties"]
        .as_array()
        .unwrap()
        .iter()
        .zip(result["parties"].as_array().unwrap())
    {
        assert_eq!(told["party"], cost["party"]);
        let ratio = sent(told) / number(&cost["sent_bytes"]);
        assert!((0.7..1.3).contains(&ratio), "{told}, not {cost}");
    }
}
